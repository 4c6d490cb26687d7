import { activity, alert, escalation, notes } from '$lib/alerts/api';
import { reading } from '$lib/api/reading';
import { key } from '$lib/live/keys';
import { notificationsOf } from '$lib/notify/api';

export const load = async ({ params: { id }, depends, url }) => {
	depends(key.alert(id));
	return reading(url, async () => {
		const [one, ladder, sent, happened, written] = await Promise.all([
			alert(id),
			escalation(id),
			notificationsOf(id),
			activity(id),
			notes(id)
		]);
		return {
			alert: one,
			escalation: ladder,
			notifications: sent.items,
			events: happened,
			notes: written.items
		};
	});
};
