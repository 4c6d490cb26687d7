import { reading } from '$lib/api/reading';
import { policies } from '$lib/escalation/api';
import { key } from '$lib/live/keys';

export const load = async ({ depends, url }) => {
	depends(key.policies);
	return reading(url, async () => ({ policies: (await policies()).items }));
};
