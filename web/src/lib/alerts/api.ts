// What the console asks the server about alerts.
import { api } from '$lib/api/client';
import { Problem, take } from '$lib/api/problem';
import type { Alert, AlertInput, AlertPatch, BulkResult, Event, Note, PageOf } from '$lib/api/types';
import type { AlertQuery } from './filter';

const PAGE = 100;
const BULK = 500;
const at = (id: string) => ({ params: { path: { alert_id: id } } });

export const alertPage = (query: AlertQuery, cursor?: string, page_size = PAGE): Promise<PageOf<Alert>> =>
	take(api.GET('/api/v1/alerts', { params: { query: { ...query, cursor, page_size } } }));

/** The one that has waited longest, of so many open ones: the list has the newest first. */
export async function oldestOpen(open: number): Promise<Alert | undefined> {
	if (!open) return undefined;
	const query = { status: ['open' as const], page: open, page_size: 1 };
	const { items } = await take(api.GET('/api/v1/alerts', { params: { query } }));
	return items[0];
}

export const alertCounts = () => take(api.GET('/api/v1/alerts/counts'));

export const alert = (id: string) => take(api.GET('/api/v1/alerts/{alert_id}', at(id)));

/** Null once it is deleted. */
export async function alertOrGone(id: string): Promise<Alert | null> {
	try {
		return await alert(id);
	} catch (failure) {
		if (failure instanceof Problem && failure.status === 404) return null;
		throw failure;
	}
}

export const escalation = (id: string) => take(api.GET('/api/v1/alerts/{alert_id}/escalation', at(id)));

/** The latest events, oldest first: the server pages from the first one on, so a long story is read from its end. */
export async function activity(id: string): Promise<PageOf<Event>> {
	const read = (page: number) =>
		take(
			api.GET('/api/v1/alerts/{alert_id}/activity', {
				params: { path: { alert_id: id }, query: { page_size: PAGE, page } }
			})
		);
	const first = await read(1);
	if (first.next_cursor === null) return first;
	const last = Math.ceil(first.total / PAGE);
	const [before, end] = await Promise.all([last > 2 ? read(last - 1) : first, read(last)]);
	return { ...end, items: [...before.items, ...end.items] };
}

export const notes = (id: string): Promise<PageOf<Note>> =>
	take(
		api.GET('/api/v1/alerts/{alert_id}/notes', {
			params: { path: { alert_id: id }, query: { page_size: PAGE } }
		})
	);

export const createAlert = (input: AlertInput) => take(api.POST('/api/v1/alerts', { body: input }));

export const editAlert = (id: string, patch: AlertPatch) =>
	take(api.PATCH('/api/v1/alerts/{alert_id}', { ...at(id), body: patch }));

export const deleteAlert = (id: string) => take(api.DELETE('/api/v1/alerts/{alert_id}', at(id)));

export const acknowledge = (id: string) => take(api.POST('/api/v1/alerts/{alert_id}/acknowledge', at(id)));

export const unacknowledge = (id: string) =>
	take(api.POST('/api/v1/alerts/{alert_id}/unacknowledge', at(id)));

export const close = (id: string, reason: string) =>
	take(api.POST('/api/v1/alerts/{alert_id}/close', { ...at(id), body: reason ? { reason } : {} }));

export const snooze = (id: string, until: string) =>
	take(api.POST('/api/v1/alerts/{alert_id}/snooze', { ...at(id), body: { until } }));

export const assign = (id: string, to: { user_id?: string; team_id?: string }) =>
	take(api.POST('/api/v1/alerts/{alert_id}/assign', { ...at(id), body: to }));

/** To the next level now, or to another policy. */
export const escalate = (id: string, policy_id?: string) =>
	take(api.POST('/api/v1/alerts/{alert_id}/escalate', { ...at(id), body: policy_id ? { policy_id } : {} }));

/** Why people were paged; of one person, whether and why. */
export const explanation = (id: string, user?: string) =>
	take(
		api.GET('/api/v1/alerts/{alert_id}/explain', {
			params: { path: { alert_id: id }, query: user ? { user } : {} }
		})
	);

export const addNote = (id: string, text: string) =>
	take(api.POST('/api/v1/alerts/{alert_id}/notes', { ...at(id), body: { text } }));

/** In parts of what the server takes at once. */
async function inParts(ids: string[], send: (part: string[]) => Promise<BulkResult>): Promise<BulkResult> {
	const result: BulkResult = { done: [], failed: [] };
	for (let from = 0; from < ids.length; from += BULK) {
		const part = await send(ids.slice(from, from + BULK));
		result.done.push(...part.done);
		result.failed.push(...part.failed);
	}
	return result;
}

export const acknowledgeAll = (all: string[]) =>
	inParts(all, (ids) => take(api.POST('/api/v1/alerts/bulk/acknowledge', { body: { ids } })));

export const closeAll = (all: string[], reason: string) =>
	inParts(all, (ids) =>
		take(api.POST('/api/v1/alerts/bulk/close', { body: reason ? { ids, reason } : { ids } }))
	);
