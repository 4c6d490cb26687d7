import { reading } from '$lib/api/reading';
import { key } from '$lib/live/keys';
import { contacts } from '$lib/notify/contacts';
import { notices } from '$lib/oncall/calendar/api';

export const load = async ({ depends, url }) => {
	depends(key.contacts, key.notices);
	return reading(url, async () => {
		const [numbers, mails] = await Promise.all([contacts(), notices()]);
		return { contacts: numbers, notices: mails };
	});
};
