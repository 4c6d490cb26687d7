import { reading } from '$lib/api/reading';
import { policy, schedules } from '$lib/escalation/api';
import { key } from '$lib/live/keys';
import { members, teams } from '$lib/people/api';

export const load = async ({ params: { id }, depends, url }) => {
	depends(key.policies);
	return reading(url, async () => {
		const [one, everybody, allTeams, allSchedules] = await Promise.all([
			policy(id),
			members(),
			teams(),
			schedules()
		]);
		return {
			policy: one,
			members: everybody.items,
			teams: allTeams.items,
			schedules: allSchedules.items
		};
	});
};
