import { reading } from '$lib/api/reading';
import { key } from '$lib/live/keys';
import { channels, notifications } from '$lib/notify/api';
import { logFilterOf, logQueryOf } from '$lib/notify/logfilter';
import { members } from '$lib/people/api';

export const load = async ({ depends, url, parent }) => {
	depends(key.notifications);
	const filter = logFilterOf(url.searchParams);
	const { me } = await parent();
	const query = logQueryOf(filter, me.user.id, Date.now());
	return reading(url, async () => {
		const [page, all, people] = await Promise.all([notifications(query), channels(), members()]);
		return { filter, query, page, channels: all.items, members: people.items };
	});
};
