import { reading } from '$lib/api/reading';
import { policies } from '$lib/escalation/api';
import { key } from '$lib/live/keys';
import { everybody, team } from '$lib/people/api';
import { problems } from '$lib/problems/api';

export const load = async ({ params: { id }, depends, url }) => {
	depends(key.teams, key.members, key.problems);
	return reading(url, async () => {
		const [one, people, ladders, found] = await Promise.all([team(id), everybody(), policies(), problems()]);
		return { team: one, everybody: people, policies: ladders.items, problems: found };
	});
};
