import { alertPage } from '$lib/alerts/api';
import { filterOf, queryOf } from '$lib/alerts/filter';
import { reading } from '$lib/api/reading';
import { key } from '$lib/live/keys';

export const load = async ({ depends, url, parent }) => {
	depends(key.alerts);
	const filter = filterOf(url.searchParams);
	return reading(url, async () => {
		// Only "assigned to me" has to wait for who that is.
		const me = filter.assignee === 'me' ? (await parent()).me.user.id : '';
		const query = queryOf(filter, me, Date.now());
		return { filter, query, question: url.searchParams.toString(), page: await alertPage(query) };
	});
};
