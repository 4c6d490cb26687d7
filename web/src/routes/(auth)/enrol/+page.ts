import { pages } from '$lib/api/pages';
import { reading } from '$lib/api/reading';
import { key } from '$lib/live/keys';
import { whoAmI } from '$lib/people/api';
import { passkeys, security } from '$lib/signin/api';

export const load = async ({ depends, url }) => {
	depends(key.security);
	return reading(url, async () => {
		const [me, stands, mine] = await Promise.all([whoAmI(), security(), pages(passkeys)]);
		return { me, security: stands, passkeys: mine.items };
	});
};
