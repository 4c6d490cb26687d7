import { reading } from '$lib/api/reading';
import { members, teams } from '$lib/people/api';

export const load = async ({ url }) =>
	reading(url, async () => {
		const [everybody, allTeams] = await Promise.all([members(), teams()]);
		return { members: everybody.items, teams: allTeams.items };
	});
