import { reading } from '$lib/api/reading';
import { schedules } from '$lib/escalation/api';
import { members, teams } from '$lib/people/api';

export const load = async ({ url }) =>
	reading(url, async () => {
		const [everybody, allTeams, allSchedules] = await Promise.all([members(), teams(), schedules()]);
		return { members: everybody.items, teams: allTeams.items, schedules: allSchedules.items };
	});
