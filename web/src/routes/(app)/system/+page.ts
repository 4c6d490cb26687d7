import { reading } from '$lib/api/reading';
import { key } from '$lib/live/keys';
import { system } from '$lib/system/api';

export const load = async ({ depends, url }) => {
	depends(key.system);
	return reading(url, async () => ({ system: await system() }));
};
