import { reading } from '$lib/api/reading';
import { policies } from '$lib/escalation/api';
import { key } from '$lib/live/keys';
import { teams } from '$lib/people/api';

export const load = async ({ depends, url }) => {
	depends(key.teams, key.policies);
	return reading(url, async () => {
		const [list, ladders] = await Promise.all([teams(), policies()]);
		return { teams: list.items, policies: ladders.items };
	});
};
