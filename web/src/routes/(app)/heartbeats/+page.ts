import { pages } from '$lib/api/pages';
import { reading } from '$lib/api/reading';
import { heartbeats } from '$lib/heartbeats/api';
import { key } from '$lib/live/keys';
import { teams } from '$lib/people/api';

export const load = async ({ depends, url }) => {
	depends(key.heartbeats);
	return reading(url, async () => {
		const [list, allTeams] = await Promise.all([pages(heartbeats), teams()]);
		return { heartbeats: list.items, teams: allTeams.items };
	});
};
