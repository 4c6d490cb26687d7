// Shifts into other calendars, and overrides out of them.
import { api } from '$lib/api/client';
import { take } from '$lib/api/problem';
import type { components } from '$lib/api/schema';
import type { PageOf } from '$lib/api/types';

type Schemas = components['schemas'];

export type Feed = Schemas['FeedView'];
export type NewFeed = Schemas['CreatedFeed'];
export type Import = Schemas['ImportView'];
export type Notices = Schemas['ShiftNoticesView'];

/** Where feeds are made: of one schedule, or of one's own shifts. */
export interface Feeds {
	list: () => Promise<PageOf<Feed>>;
	create: () => Promise<NewFeed>;
	revoke: (id: string) => Promise<unknown>;
}

const ALL = { query: { page_size: 100 } };

export const feedsOf = (schedule_id: string): Feeds => ({
	list: () =>
		take(api.GET('/api/v1/schedules/{schedule_id}/feeds', { params: { path: { schedule_id }, ...ALL } })),
	create: () =>
		take(api.POST('/api/v1/schedules/{schedule_id}/feeds', { params: { path: { schedule_id } } })),
	revoke: (feed_id) =>
		take(
			api.DELETE('/api/v1/schedules/{schedule_id}/feeds/{feed_id}', {
				params: { path: { schedule_id, feed_id } }
			})
		)
});

export const myFeeds: Feeds = {
	list: () => take(api.GET('/api/v1/users/me/feeds', { params: ALL })),
	create: () => take(api.POST('/api/v1/users/me/feeds')),
	revoke: (feed_id) => take(api.DELETE('/api/v1/users/me/feeds/{feed_id}', { params: { path: { feed_id } } }))
};

/** What the server takes in one piece. */
export const LARGEST_FILE = 1024 * 1024;

/** As it is: the server says what is wrong with it. */
export const importFile = (schedule_id: string, file: Blob, rotation_id: string | null, dry_run: boolean) =>
	take(
		api.POST('/api/v1/schedules/{schedule_id}/overrides/import', {
			params: { path: { schedule_id }, query: { dry_run, ...(rotation_id && { rotation_id }) } },
			body: '',
			bodySerializer: () => file,
			headers: { 'Content-Type': 'text/calendar' }
		})
	);

export const notices = (): Promise<Notices> => take(api.GET('/api/v1/users/me/shift-notices'));

export const editNotices = (body: Partial<Notices>): Promise<Notices> =>
	take(api.PATCH('/api/v1/users/me/shift-notices', { body }));
