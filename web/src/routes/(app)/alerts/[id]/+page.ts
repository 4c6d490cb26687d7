import { activity, alert, escalation, notes } from '$lib/alerts/api';
import { reading } from '$lib/api/reading';
import { incidentsOf } from '$lib/incidents/api';
import { key } from '$lib/live/keys';
import { notificationsOf } from '$lib/notify/api';

export const load = async ({ params: { id }, depends, url }) => {
	depends(key.alert(id));
	return reading(url, async () => {
		const [one, ladder, sent, happened, written, incidents] = await Promise.all([
			alert(id),
			escalation(id),
			notificationsOf(id),
			activity(id),
			notes(id),
			incidentsOf(id)
		]);
		depends(...incidents.items.map((incident) => key.incident(incident.id)));
		return {
			alert: one,
			escalation: ladder,
			notifications: sent.items,
			events: happened,
			notes: written.items,
			incidents: incidents.items
		};
	});
};
