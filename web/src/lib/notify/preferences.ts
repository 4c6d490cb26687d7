// What the console asks the server about how its reader is reached.
import { api } from '$lib/api/client';
import { take } from '$lib/api/problem';
import type { ChannelTest, Preference, PreferenceInput } from '$lib/api/types';

const at = (id: string) => ({ params: { path: { preference_id: id } } });

export const preferencesOfMine = async (): Promise<Preference[]> =>
	(await take(api.GET('/api/v1/notifications/preferences', { params: { query: { page_size: 100 } } }))).items;

export const setPreference = (
	channel_id: string,
	current: Preference | null,
	wish: PreferenceInput
): Promise<Preference> =>
	current
		? take(
				api.PATCH('/api/v1/notifications/preferences/{preference_id}', {
					...at(current.id),
					body: { ...wish, version: current.version }
				})
			)
		: take(api.POST('/api/v1/notifications/preferences', { body: { ...wish, channel_id } }));

export const deletePreference = (id: string) =>
	take(api.DELETE('/api/v1/notifications/preferences/{preference_id}', at(id)));

export const testMine = (channel_id: string): Promise<ChannelTest> =>
	take(api.POST('/api/v1/notifications/preferences/test', { body: { channel_id } }));

export const liveIn = (time_zone: string) => take(api.PATCH('/api/v1/auth/me', { body: { time_zone } }));
