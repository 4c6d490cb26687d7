import { reading } from '$lib/api/reading';
import { incident } from '$lib/incidents/api';
import { pagesOf, postmortemOf, subscribersOf, updatesOf } from '$lib/incidents/tellapi';
import { key } from '$lib/live/keys';
import { noticesOf } from '$lib/statuspage/api';

export const load = async ({ params: { id }, depends, url }) => {
	depends(key.incident(id), key.statusPage);
	return reading(url, async () => {
		const [found, called, updates, subscribers, notices] = await Promise.all([
			incident(id),
			pagesOf(id),
			updatesOf(id),
			subscribersOf(id),
			noticesOf(id)
		]);
		depends(...found.alerts.map((alert) => key.alert(alert.id)));
		return {
			incident: found,
			pages: called.items,
			updates: updates.items,
			subscribers: subscribers.items,
			notice: notices.items[0] ?? null,
			postmortem: found.has_postmortem ? await postmortemOf(id) : null
		};
	});
};
