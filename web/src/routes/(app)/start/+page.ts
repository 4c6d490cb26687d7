import { alertPage } from '$lib/alerts/api';
import { reading } from '$lib/api/reading';
import { policies } from '$lib/escalation/api';
import { integrations } from '$lib/inbound/api';
import { key } from '$lib/live/keys';
import { channelKinds, channels, notifications } from '$lib/notify/api';
import { steps } from '$lib/start/steps';

export const load = async ({ depends, url }) => {
	depends(key.channels, key.policies, key.integrations, key.alerts, key.notifications);
	return reading(url, async () => {
		const [ways, kinds, ladders, sources, alerts, sent, latest] = await Promise.all([
			channels(),
			channelKinds(),
			policies(),
			integrations(),
			alertPage({}, undefined, 1),
			notifications({ status: ['sent'] }),
			notifications({ status: ['failed', 'pending'], page_size: 1 })
		]);
		const delivered = sent.items.filter((one) => one.purpose === 'page');
		return {
			kinds,
			policies: ladders.items,
			integrations: sources.items,
			latest: alerts.items[0],
			page: delivered[0] ?? latest.items[0],
			steps: steps({
				channels: ways.items,
				policies: ladders.items,
				integrations: sources.items,
				alerts: alerts.total,
				delivered: delivered.length
			})
		};
	});
};
