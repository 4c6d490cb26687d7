import { pages } from '$lib/api/pages';
import { reading } from '$lib/api/reading';
import { key } from '$lib/live/keys';
import { myShifts, onCallEverywhere, twoMonths } from '$lib/oncall/api';
import { openCovers } from '$lib/oncall/cover/api';
import { teams } from '$lib/people/api';

export const load = async ({ depends, url }) => {
	depends(key.schedules, key.members, key.teams);
	const team = url.searchParams.get('team') ?? '';
	const query = team ? { team_id: team } : {};
	const count = Math.max(1, Number(url.searchParams.get('pages')) || 1);
	return reading(url, async () => {
		const [page, mine, all, covers] = await Promise.all([
			pages((cursor) => onCallEverywhere({ ...query, cursor }), count),
			myShifts(twoMonths(Date.now())),
			teams(),
			openCovers()
		]);
		return { covers: covers.items, team, count, page, mine: mine.items, teams: all.items };
	});
};
