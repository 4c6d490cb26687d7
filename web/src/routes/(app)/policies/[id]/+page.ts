import { reading } from '$lib/api/reading';
import { policy } from '$lib/escalation/api';
import { key } from '$lib/live/keys';
import { teams } from '$lib/people/api';
import { problems } from '$lib/problems/api';

export const load = async ({ params: { id }, depends, url }) => {
	depends(key.policies, key.problems);
	return reading(url, async () => {
		const [one, found, all] = await Promise.all([policy(id), problems(), teams()]);
		return { policy: one, problems: found, teams: all.items };
	});
};
