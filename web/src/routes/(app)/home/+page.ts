import { oldestOpen } from '$lib/alerts/api';
import { reading } from '$lib/api/reading';
import { key } from '$lib/live/keys';
import { myShifts, onCallEverywhere, twoMonths } from '$lib/oncall/api';
import { openCovers } from '$lib/oncall/cover/api';
import { problems } from '$lib/problems/api';

export const load = async ({ depends, url, parent }) => {
	depends(key.alerts, key.schedules, key.members, key.problems);
	return reading(url, async () => {
		const { counts } = await parent();
		const [oldest, onCall, mine, found, covers] = await Promise.all([
			oldestOpen(counts.open),
			onCallEverywhere({ page_size: 8 }),
			myShifts(twoMonths(Date.now())),
			problems(),
			openCovers()
		]);
		return { oldest, onCall, mine: mine.items, problems: found, covers: covers.items };
	});
};
