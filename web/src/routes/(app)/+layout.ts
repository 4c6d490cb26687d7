import { alertCounts } from '$lib/alerts/api';
import { reading } from '$lib/api/reading';
import { key } from '$lib/live/keys';
import { whoAmI } from '$lib/people/api';

export const load = async ({ depends, url, untrack }) => {
	depends(key.alerts, key.organizations, key.members, key.teams);
	const here = untrack(() => new URL(url));
	return reading(here, async () => {
		const [me, counts] = await Promise.all([whoAmI(), alertCounts()]);
		return { me, counts };
	});
};
