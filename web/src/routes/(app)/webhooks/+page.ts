import { pages } from '$lib/api/pages';
import { reading } from '$lib/api/reading';
import { key } from '$lib/live/keys';
import { teams } from '$lib/people/api';
import { webhooks } from '$lib/webhooks/api';

export const load = async ({ depends, url }) => {
	depends(key.webhooks);
	return reading(url, async () => {
		const [list, allTeams] = await Promise.all([pages(webhooks), teams()]);
		return { webhooks: list.items, teams: allTeams.items };
	});
};
