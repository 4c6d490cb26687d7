import { pages } from '$lib/api/pages';
import { reading } from '$lib/api/reading';
import { key } from '$lib/live/keys';
import { deliveries, webhooks } from '$lib/webhooks/api';
import { filterOf, queryOf } from '$lib/webhooks/logfilter';

export const load = async ({ depends, url }) => {
	depends(key.webhookDeliveries);
	const filter = filterOf(url.searchParams);
	const query = queryOf(filter, Date.now());
	return reading(url, async () => {
		const [page, all] = await Promise.all([deliveries(query), pages(webhooks)]);
		return { filter, query, page, webhooks: all.items };
	});
};
