// What to paste into a monitoring tool so that it sends its alerts here.
import { GUIDES as VENDORS } from './guides';

export interface Snippet {
	label: string;
	text: string;
}

export interface Guide {
	title: string;
	/** What to do with the snippets, one step each. */
	steps: string[];
	snippets: Snippet[];
}

export const curl = (url: string, message = 'Hello from Pulsar: this is a test'): string =>
	[
		`curl -X POST '${url}' \\`,
		`  -H 'Content-Type: application/json' \\`,
		`  -d '${JSON.stringify({ message, priority: 'P3', source: 'curl', alias: 'first-test' })}'`
	].join('\n');

const generic = (url: string): Guide => ({
	title: 'Anything that can send HTTP',
	steps: [
		'Send a POST with JSON. Only "message" is required.',
		'Give what belongs together the same "alias": repeats are counted, and page nobody anew.',
		'To close the alert when all is well again, send the same alias with "action": "close".'
	],
	snippets: [
		{ label: 'Open an alert', text: curl(url) },
		{
			label: 'Close it again',
			text: [
				`curl -X POST '${url}' \\`,
				`  -H 'Content-Type: application/json' \\`,
				`  -d '${JSON.stringify({ message: 'All is well', alias: 'first-test', action: 'close' })}'`
			].join('\n')
		}
	]
});

const custom = (url: string): Guide => ({
	title: 'Anything else',
	steps: [
		'Have your tool send its JSON to the address, once: it stands under "Last payloads" below, even if it is refused.',
		'Make a mapping from it: where the message stands, what tells one alert from another, when it is over.',
		'Replay the payload to see that it works.'
	],
	snippets: [
		{ label: 'Address', text: url },
		{
			label: 'For a try',
			text: [
				`curl -X POST '${url}' \\`,
				`  -H 'Content-Type: application/json' \\`,
				`  -d '${JSON.stringify({ job: { name: 'nightly-backup', host: 'db-1' }, state: 'FAILED' })}'`
			].join('\n')
		}
	]
});

const prometheus = (url: string): Guide => ({
	title: 'Prometheus Alertmanager',
	steps: [
		'Add the receiver to alertmanager.yml, and name it in a route.',
		'Reload Alertmanager. Resolved alerts close here by themselves.',
		'A label "severity" (critical, error, warning, info, or P1 to P5) becomes the priority.'
	],
	snippets: [
		{
			label: 'alertmanager.yml',
			text: [
				'route:',
				'  receiver: pulsar',
				'',
				'receivers:',
				'  - name: pulsar',
				'    webhook_configs:',
				`      - url: '${url}'`,
				'        send_resolved: true'
			].join('\n')
		}
	]
});

const grafana = (url: string): Guide => ({
	title: 'Grafana',
	steps: [
		'In Grafana open Alerting → Contact points → Add contact point, and choose Webhook.',
		'Paste the address below as URL; leave the method at POST and resolved messages on. Press Test: a “TestAlert” arrives here.',
		'Name the contact point in a notification policy. Or provision it with the file below.'
	],
	snippets: [
		{ label: 'URL of the contact point', text: url },
		{
			label: 'provisioning/alerting/pulsar.yaml',
			text: [
				'apiVersion: 1',
				'contactPoints:',
				'  - orgId: 1',
				'    name: Pulsar',
				'    receivers:',
				'      - uid: pulsar',
				'        type: webhook',
				'        settings:',
				`          url: '${url}'`,
				'          httpMethod: POST'
			].join('\n')
		}
	]
});

const datadog = (url: string): Guide => ({
	title: 'Datadog',
	steps: [
		'In Datadog open Integrations → Webhooks → New. Name it "pulsar", paste the URL and the payload, and leave "Encode as form" off.',
		'Write @webhook-pulsar into the message of each monitor that shall page, outside of conditions such as {{#is_alert}}.',
		'A recovered monitor closes its alert here.'
	],
	snippets: [
		{ label: 'URL', text: url },
		{
			label: 'Payload',
			text: JSON.stringify(
				{
					title: '$EVENT_TITLE',
					alert_title: '$ALERT_TITLE',
					text_only_msg: '$TEXT_ONLY_MSG',
					alert_id: '$ALERT_ID',
					alert_cycle_key: '$ALERT_CYCLE_KEY',
					aggreg_key: '$AGGREG_KEY',
					alert_transition: '$ALERT_TRANSITION',
					alert_type: '$ALERT_TYPE',
					alert_priority: '$ALERT_PRIORITY',
					alert_status: '$ALERT_STATUS',
					alert_metric: '$ALERT_METRIC',
					alert_scope: '$ALERT_SCOPE',
					event_type: '$EVENT_TYPE',
					id: '$ID',
					hostname: '$HOSTNAME',
					tags: '$TAGS',
					link: '$LINK',
					snapshot: '$SNAPSHOT',
					date: '$DATE',
					org: { id: '$ORG_ID', name: '$ORG_NAME' }
				},
				null,
				2
			)
		}
	]
});

const GUIDES: Record<string, (url: string) => Guide> = {
	generic,
	custom,
	prometheus,
	grafana,
	datadog,
	...VENDORS
};

export const guide = (source: string, url: string): Guide => (GUIDES[source] ?? generic)(url);
