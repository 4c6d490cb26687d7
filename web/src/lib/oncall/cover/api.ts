// Asking to be covered, and answering.
import { api } from '$lib/api/client';
import { take } from '$lib/api/problem';
import type { components } from '$lib/api/schema';
import type { PageOf } from '$lib/api/types';

type Schemas = components['schemas'];

export type CoverRequest = Schemas['CoverRequestView'];
export type CoverInput = Required<Schemas['NewCoverRequest']>;
export type Answer = CoverRequest['may'][number];

/** What is still to be answered: in one schedule, or of all that concerns the reader. */
export const openCovers = (schedule_id?: string): Promise<PageOf<CoverRequest>> =>
	take(
		api.GET('/api/v1/cover-requests', {
			params: {
				query: {
					status: ['open'],
					page_size: 100,
					...(schedule_id ? { schedule_id, concerning: 'all' } : {})
				}
			}
		})
	);

export const askToBeCovered = (body: CoverInput) => take(api.POST('/api/v1/cover-requests', { body }));

export function answerCover(cover_request_id: string, answer: Answer): Promise<CoverRequest> {
	const at = { params: { path: { cover_request_id } } };
	switch (answer) {
		case 'accept':
			return take(api.POST('/api/v1/cover-requests/{cover_request_id}/accept', at));
		case 'decline':
			return take(api.POST('/api/v1/cover-requests/{cover_request_id}/decline', at));
		case 'cancel':
			return take(api.POST('/api/v1/cover-requests/{cover_request_id}/cancel', at));
	}
}
