import { pages } from '$lib/api/pages';
import { reading } from '$lib/api/reading';
import { apiKeys } from '$lib/keys/api';
import { key } from '$lib/live/keys';

export const load = async ({ depends, url }) => {
	depends(key.apiKeys);
	return reading(url, async () => ({ keys: (await pages(apiKeys)).items }));
};
