import { pages } from '$lib/api/pages';
import { reading } from '$lib/api/reading';
import { incidents } from '$lib/incidents/api';
import { incidentFilterOf, incidentQueryOf } from '$lib/incidents/filter';
import { key } from '$lib/live/keys';
import { teams } from '$lib/people/api';

export const load = async ({ depends, url, parent }) => {
	depends(key.incidents);
	const filter = incidentFilterOf(url.searchParams);
	const count = Math.max(1, Number(url.searchParams.get('pages')) || 1);
	return reading(url, async () => {
		// Only "I am on it" has to wait for who that is.
		const me = filter.mine ? (await parent()).me.user.id : '';
		const query = incidentQueryOf(filter, me);
		const [page, all] = await Promise.all([
			pages((cursor) => incidents({ ...query, cursor }), count),
			teams()
		]);
		// An empty list says something else where there never was any.
		const ever = page.items.length > 0 || (await incidents({ page_size: 1 })).total > 0;
		return { filter, count, page, ever, teams: all.items };
	});
};
