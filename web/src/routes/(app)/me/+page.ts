import { reading } from '$lib/api/reading';
import { key } from '$lib/live/keys';
import { contacts } from '$lib/notify/contacts';

export const load = async ({ depends, url }) => {
	depends(key.contacts);
	return reading(url, async () => ({ contacts: await contacts() }));
};
