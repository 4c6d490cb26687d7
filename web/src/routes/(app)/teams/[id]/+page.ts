import { reading } from '$lib/api/reading';
import { policies } from '$lib/escalation/api';
import { key } from '$lib/live/keys';
import { members, team } from '$lib/people/api';

export const load = async ({ params: { id }, depends, url }) => {
	depends(key.teams, key.members);
	return reading(url, async () => {
		const [one, everybody, ladders] = await Promise.all([team(id), members(), policies()]);
		return { team: one, everybody: everybody.items, policies: ladders.items };
	});
};
