import { reading } from '$lib/api/reading';
import { audit } from '$lib/audit/api';
import { auditFilterOf, auditQueryOf } from '$lib/audit/filter';
import { key } from '$lib/live/keys';
import { members } from '$lib/people/api';

export const load = async ({ depends, url }) => {
	const filter = auditFilterOf(url.searchParams);
	const query = auditQueryOf(filter, Date.now());
	depends(key.audit);
	if (query.kind !== 'audit') depends(key.activity);
	return reading(url, async () => {
		const [page, people] = await Promise.all([audit(query), members()]);
		return { filter, query, page, members: people.items };
	});
};
