import { reading } from '$lib/api/reading';
import { key } from '$lib/live/keys';
import { channels } from '$lib/notify/api';
import { contacts } from '$lib/notify/contacts';
import { preferencesOfMine } from '$lib/notify/preferences';
import { reachable, rungsOf } from '$lib/notify/rungs';
import { devices } from '$lib/push/api';

export const load = async ({ depends, url }) => {
	depends(key.channels, key.contacts, key.devices, key.preferences);
	return reading(url, async () => {
		const [{ items }, wishes, numbers, mine] = await Promise.all([
			channels(),
			preferencesOfMine(),
			contacts(),
			devices()
		]);
		const push = items.find(({ channel_type, enabled }) => channel_type === 'web_push' && enabled) ?? null;
		return { rungs: rungsOf(items, wishes, reachable(numbers, mine)), devices: mine, push };
	});
};
