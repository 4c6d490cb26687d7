import { reading } from '$lib/api/reading';
import { policy } from '$lib/escalation/api';
import { key } from '$lib/live/keys';
import { schedules } from '$lib/oncall/api';
import { everybody, teams } from '$lib/people/api';
import { problems } from '$lib/problems/api';

export const load = async ({ params: { id }, depends, url }) => {
	depends(key.policies, key.problems);
	return reading(url, async () => {
		const [one, people, allTeams, allSchedules, found] = await Promise.all([
			policy(id),
			everybody(),
			teams(),
			schedules({ page_size: 100 }),
			problems()
		]);
		return {
			policy: one,
			members: people,
			teams: allTeams.items,
			schedules: allSchedules.items,
			problems: found
		};
	});
};
