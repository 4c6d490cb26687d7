import { pages } from '$lib/api/pages';
import { reading } from '$lib/api/reading';
import { key } from '$lib/live/keys';
import { passkeys, security, sessions } from '$lib/signin/api';

export const load = async ({ depends, url }) => {
	depends(key.security);
	return reading(url, async () => {
		const [stands, mine, open] = await Promise.all([security(), pages(passkeys), pages(sessions)]);
		return { security: stands, passkeys: mine.items, sessions: open.items };
	});
};
