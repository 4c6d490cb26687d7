import { reading } from '$lib/api/reading';
import { policies } from '$lib/escalation/api';
import { integrations, sources } from '$lib/inbound/api';
import { key } from '$lib/live/keys';
import { teams } from '$lib/people/api';

export const load = async ({ depends, url }) => {
	depends(key.integrations);
	return reading(url, async () => {
		const [list, kinds, allTeams, allPolicies] = await Promise.all([
			integrations(),
			sources(),
			teams(),
			policies()
		]);
		return { integrations: list.items, sources: kinds, teams: allTeams.items, policies: allPolicies.items };
	});
};
