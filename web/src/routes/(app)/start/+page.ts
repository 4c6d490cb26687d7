import { alertPage } from '$lib/alerts/api';
import { reading } from '$lib/api/reading';
import { policies } from '$lib/escalation/api';
import { integrations } from '$lib/inbound/api';
import { invitations } from '$lib/invitations/api';
import { key } from '$lib/live/keys';
import { channelKinds, channels, notifications } from '$lib/notify/api';
import { members, teams } from '$lib/people/api';
import { steps } from '$lib/start/steps';

export const load = async ({ depends, url }) => {
	depends(key.channels, key.policies, key.integrations, key.alerts, key.notifications, key.members);
	return reading(url, async () => {
		const [ways, kinds, ladders, sources, alerts, sent, latest, people, open, all] = await Promise.all([
			channels(),
			channelKinds(),
			policies(),
			integrations(),
			alertPage({}, undefined, 1),
			notifications({ status: ['sent'] }),
			notifications({ status: ['failed', 'pending'], page_size: 1 }),
			members(),
			invitations(),
			teams()
		]);
		const delivered = sent.items.filter((one) => one.purpose === 'page');
		return {
			kinds,
			teams: all.items,
			policies: ladders.items,
			integrations: sources.items,
			latest: alerts.items[0],
			page: delivered[0] ?? latest.items[0],
			steps: steps({
				channels: ways.items,
				policies: ladders.items,
				integrations: sources.items,
				alerts: alerts.total,
				delivered: delivered.length,
				colleagues: people.total - 1 + open.total
			})
		};
	});
};
