import { reading } from '$lib/api/reading';
import { key } from '$lib/live/keys';
import { channels } from '$lib/notify/api';
import { contacts } from '$lib/notify/contacts';
import { preferencesOfMine } from '$lib/notify/preferences';
import { rungsOf } from '$lib/notify/rungs';

export const load = async ({ depends, url }) => {
	depends(key.channels, key.contacts, key.preferences);
	return reading(url, async () => {
		const [{ items }, wishes, numbers] = await Promise.all([channels(), preferencesOfMine(), contacts()]);
		const hasPhone = numbers.some(({ verified_at }) => verified_at);
		return { rungs: rungsOf(items, wishes, hasPhone) };
	});
};
