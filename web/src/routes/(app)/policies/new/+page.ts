import { reading } from '$lib/api/reading';
import { schedules } from '$lib/oncall/api';
import { everybody, teams } from '$lib/people/api';

export const load = async ({ url }) =>
	reading(url, async () => {
		const [people, allTeams, allSchedules] = await Promise.all([
			everybody(),
			teams(),
			schedules({ page_size: 100 })
		]);
		return { members: people, teams: allTeams.items, schedules: allSchedules.items };
	});
