import { reading } from '$lib/api/reading';
import { key } from '$lib/live/keys';
import { channels } from '$lib/notify/api';
import { contacts } from '$lib/notify/contacts';
import { preferencesOfMine } from '$lib/notify/preferences';
import { reachable, rungsOf } from '$lib/notify/rungs';
import { notices } from '$lib/oncall/calendar/api';
import { accounts } from '$lib/people/accounts';
import { devices } from '$lib/push/api';

export const load = async ({ depends, url }) => {
	depends(key.contacts, key.accounts, key.devices, key.notices, key.channels, key.preferences);
	return reading(url, async () => {
		const [numbers, linked, mails, { items }, wishes, mine] = await Promise.all([
			contacts(),
			accounts(),
			notices(),
			channels(),
			preferencesOfMine(),
			devices()
		]);
		return {
			contacts: numbers,
			accounts: linked,
			notices: mails,
			rungs: rungsOf(items, wishes, reachable(numbers, mine))
		};
	});
};
