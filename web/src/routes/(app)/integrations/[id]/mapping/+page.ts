import { reading } from '$lib/api/reading';
import { integration, mapping, payloads } from '$lib/inbound/api';

// Not asked anew by events: one types here. What somebody else saves is told when one saves.
export const load = async ({ params: { id }, url }) =>
	reading(url, async () => {
		const [one, saved, received] = await Promise.all([integration(id), mapping(id), payloads(id)]);
		return { integration: one, saved, received };
	});
