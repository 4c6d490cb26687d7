import { pages } from '$lib/api/pages';
import { reading } from '$lib/api/reading';
import { key } from '$lib/live/keys';
import { schedules } from '$lib/oncall/api';
import { teams } from '$lib/people/api';

export const load = async ({ depends, url }) => {
	depends(key.schedules, key.members, key.teams);
	const search = url.searchParams.get('q') ?? '';
	const team = url.searchParams.get('team') ?? '';
	const query = { ...(search && { search }), ...(team && { team_id: team }) };
	const count = Math.max(1, Number(url.searchParams.get('pages')) || 1);
	return reading(url, async () => {
		const [page, all] = await Promise.all([
			pages((cursor) => schedules({ ...query, cursor }), count),
			teams()
		]);
		return { search, team, count, page, teams: all.items };
	});
};
