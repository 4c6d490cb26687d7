import { pages } from '$lib/api/pages';
import { reading } from '$lib/api/reading';
import { apiKeys } from '$lib/keys/api';
import { key } from '$lib/live/keys';
import { teams } from '$lib/people/api';

export const load = async ({ depends, url }) => {
	depends(key.apiKeys);
	return reading(url, async () => {
		const [keys, groups] = await Promise.all([pages(apiKeys), teams()]);
		return { keys: keys.items, teams: groups.items };
	});
};
