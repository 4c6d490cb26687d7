import { pages } from '$lib/api/pages';
import { reading } from '$lib/api/reading';
import { policies } from '$lib/escalation/api';
import { key } from '$lib/live/keys';
import { onCallEverywhere } from '$lib/oncall/api';
import { teams } from '$lib/people/api';

export const load = async ({ depends, url }) => {
	depends(key.teams, key.policies, key.schedules, key.members);
	return reading(url, async () => {
		const [list, ladders, onCall] = await Promise.all([
			teams(),
			policies(),
			pages((cursor) => onCallEverywhere({ cursor, page_size: 100 }))
		]);
		return { teams: list.items, policies: ladders.items, onCall: onCall.items };
	});
};
