import { reading } from '$lib/api/reading';
import { key } from '$lib/live/keys';
import { organization } from '$lib/people/api';
import { can } from '$lib/people/roles';
import { ssoSettings } from '$lib/sso/api';

export const load = async ({ depends, parent, url }) => {
	depends(key.organizations, key.sso);
	const { me } = await parent();
	return reading(url, async () => {
		const seesSso = can(me.organization.role, 'configure');
		const [settings, sso] = await Promise.all([organization(), seesSso ? ssoSettings() : null]);
		return { settings, sso };
	});
};
