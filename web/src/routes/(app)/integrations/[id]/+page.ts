import { alertPage } from '$lib/alerts/api';
import { reading } from '$lib/api/reading';
import { policies } from '$lib/escalation/api';
import { integration, mapping, payloads, sources } from '$lib/inbound/api';
import { key } from '$lib/live/keys';
import { teams } from '$lib/people/api';

export const load = async ({ params: { id }, depends, url }) => {
	depends(key.integrations, key.alerts);
	return reading(url, async () => {
		const [one, allTeams, allPolicies, latest, received, saved, kinds] = await Promise.all([
			integration(id),
			teams(),
			policies(),
			alertPage({ integration_id: id }, undefined, 5),
			payloads(id),
			mapping(id),
			sources()
		]);
		return {
			integration: one,
			teams: allTeams.items,
			policies: allPolicies.items,
			latest: latest.items,
			received,
			mapped: saved.mapping !== null,
			signatureHeader: kinds.find(({ slug }) => slug === one.integration_type)?.signature_header ?? null
		};
	});
};
