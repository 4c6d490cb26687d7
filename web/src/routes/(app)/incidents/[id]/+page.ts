import { reading } from '$lib/api/reading';
import { incident } from '$lib/incidents/api';
import { key } from '$lib/live/keys';
import { noticesOf } from '$lib/statuspage/api';

export const load = async ({ params: { id }, depends, url }) => {
	depends(key.incident(id), key.statusPage);
	return reading(url, async () => {
		const [found, notices] = await Promise.all([incident(id), noticesOf(id)]);
		depends(...found.alerts.map((alert) => key.alert(alert.id)));
		return { incident: found, notice: notices.items[0] ?? null };
	});
};
