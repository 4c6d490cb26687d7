import { oldestOpen } from '$lib/alerts/api';
import { reading } from '$lib/api/reading';
import { incidents } from '$lib/incidents/api';
import { OPEN_STATUSES } from '$lib/incidents/words';
import { key } from '$lib/live/keys';
import { myShifts, onCallEverywhere, twoMonths } from '$lib/oncall/api';
import { openCovers } from '$lib/oncall/cover/api';
import { problems } from '$lib/problems/api';

export const load = async ({ depends, url, parent }) => {
	depends(key.alerts, key.incidents, key.schedules, key.members, key.problems);
	return reading(url, async () => {
		const { counts } = await parent();
		const [burning, oldest, onCall, mine, found, covers] = await Promise.all([
			incidents({ status: OPEN_STATUSES, page_size: 5 }),
			oldestOpen(counts.open),
			onCallEverywhere({ page_size: 8 }),
			myShifts(twoMonths(Date.now())),
			problems(),
			openCovers()
		]);
		return { burning, oldest, onCall, mine: mine.items, problems: found, covers: covers.items };
	});
};
