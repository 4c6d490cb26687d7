import { pages } from '$lib/api/pages';
import { reading } from '$lib/api/reading';
import { key } from '$lib/live/keys';
import { identities, ssoSettings } from '$lib/sso/api';

export const load = async ({ depends, url }) => {
	depends(key.sso);
	return reading(url, async () => {
		const [settings, known] = await Promise.all([ssoSettings(), pages(identities)]);
		return { settings, identities: known.items };
	});
};
