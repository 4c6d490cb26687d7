import { reading } from '$lib/api/reading';
import { key } from '$lib/live/keys';
import { channels } from '$lib/notify/api';
import { contacts } from '$lib/notify/contacts';
import { preferencesOfMine } from '$lib/notify/preferences';
import { rungsOf } from '$lib/notify/rungs';
import { notices } from '$lib/oncall/calendar/api';

export const load = async ({ depends, url }) => {
	depends(key.contacts, key.notices, key.channels, key.preferences);
	return reading(url, async () => {
		const [numbers, mails, { items }, wishes] = await Promise.all([
			contacts(),
			notices(),
			channels(),
			preferencesOfMine()
		]);
		const hasPhone = numbers.some(({ verified_at }) => verified_at);
		return { contacts: numbers, notices: mails, rungs: rungsOf(items, wishes, hasPhone) };
	});
};
