import { reading } from '$lib/api/reading';
import { incident } from '$lib/incidents/api';
import { key } from '$lib/live/keys';

export const load = async ({ params: { id }, depends, url }) => {
	depends(key.incident(id));
	return reading(url, async () => {
		const found = await incident(id);
		depends(...found.alerts.map((alert) => key.alert(alert.id)));
		return { incident: found };
	});
};
