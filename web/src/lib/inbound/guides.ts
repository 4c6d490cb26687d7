// What to do at each vendor so that it sends here; the same steps as in docs/integrations.
import { MORE } from './guides-more';
import { nagios } from './guides-nagios';
import type { Guide, Snippet } from './snippets';
import { told } from './told';

// As in docs/integrations/zabbix.md, where a reader without a console finds it.
const ZABBIX = `try {
	var params = JSON.parse(value), request = new HttpRequest(), answer;
	request.addHeader('Content-Type: application/json');
	answer = request.post(params.url, value);
	if (request.getStatus() !== 202) { throw 'Pulsar answered ' + request.getStatus() + ': ' + answer; }
	return 'OK';
} catch (error) {
	Zabbix.log(3, 'Pulsar: ' + error);
	throw error;
}`;

// As in docs/integrations/healthchecks.md.
const HEALTHCHECKS = `{
	"status": "$STATUS",
	"code": "$CODE",
	"name": $NAME_JSON,
	"tags": "$TAGS",
	"now": "$NOW",
	"body": $BODY_JSON
}`;

// As in docs/integrations/pagerduty.md.
function enqueue(url: string): Snippet[] {
	const address = `${url.split('/api/')[0]}/v2/enqueue`;
	const key = url.split('/').pop() ?? '';
	const event = {
		routing_key: key,
		event_action: 'trigger',
		dedup_key: 'first-test',
		payload: { summary: 'Hello from Pulsar: this is a test', source: 'curl', severity: 'warning' }
	};
	return [
		{ label: 'Address of the Events API', text: address },
		{ label: 'Routing key', text: key },
		{
			label: 'For a try',
			text: [
				`curl -X POST '${address}' \\`,
				`  -H 'Content-Type: application/json' \\`,
				`  -d '${JSON.stringify(event)}'`
			].join('\n')
		}
	];
}

export const GUIDES: Record<string, (url: string) => Guide> = {
	...MORE,
	healthchecks: told(
		'Healthchecks.io',
		[
			'In Healthchecks: Integrations, Add Integration, Webhook. For both "when a check goes down" and "when a check goes up" choose POST, paste the address as URL, the body below as request body, and add the header Content-Type: application/json.',
			'Tick the integration in your checks.',
			'A server of your own older than 3.3 knows neither $NAME_JSON nor $BODY_JSON: write "$NAME" and leave body out.',
			"down opens an alert, up closes it; the check's code is the alias."
		],
		() => [
			{
				label: 'Request body',
				text: HEALTHCHECKS
			}
		]
	),
	dynatrace: told(
		'Dynatrace',
		[
			'In Dynatrace: Settings (newer: Settings Classic), Integration, Problem notifications, Add notification, Custom integration. Paste the address as webhook URL, and the payload below.',
			'Switch on "Call webhook if problem is closed". Choose an alerting profile, press Send test notification, and save.',
			'OPEN opens an alert; RESOLVED and MERGED close it. PID is the alias, or else ProblemID.'
		],
		() => [
			{
				label: 'Custom payload',
				text: JSON.stringify(
					{
						State: '{State}',
						ProblemID: '{ProblemID}',
						PID: '{PID}',
						ProblemTitle: '{ProblemTitle}',
						ProblemSeverity: '{ProblemSeverity}',
						ProblemImpact: '{ProblemImpact}',
						ImpactedEntity: '{ImpactedEntity}',
						ProblemURL: '{ProblemURL}',
						ProblemDetailsText: '{ProblemDetailsText}',
						Tags: '{Tags}'
					},
					null,
					2
				)
			}
		]
	),
	kibana: told(
		'Elastic (Kibana)',
		[
			'In Kibana: Stack Management, Connectors, Create connector, Webhook. Method POST, the address as URL, authentication None, and the header Content-Type with application/json.',
			'In a rule: Actions, that connector, "For each alert", "On status changes". Paste the body below, with the severity that this rule has.',
			'Add a second action with the same body that runs when "Recovered".',
			"Action group recovered closes the alert, any other opens it. The alias is the rule's id and the alert's."
		],
		() => [
			{
				label: 'Body',
				text: JSON.stringify(
					{
						rule_id: '{{rule.id}}',
						rule_name: '{{rule.name}}',
						alert_id: '{{alert.id}}',
						action_group: '{{alert.actionGroup}}',
						reason: '{{context.reason}}',
						message: '{{context.message}}',
						severity: 'critical',
						tags: '{{rule.tags}}',
						url: '{{context.alertDetailsUrl}}',
						date: '{{date}}',
						space: '{{rule.spaceId}}'
					},
					null,
					2
				)
			}
		]
	),
	nagios,
	pagerduty: told(
		'PagerDuty Events v2',
		[
			"Where the tool asks for the address of the Events API, give your Pulsar's address with /v2/enqueue behind it, such as https://pulsar.example.com/v2/enqueue. In PagerDuty's own client libraries it is the base URL, without that path.",
			"Where it asks for the routing key or integration key, paste the token: the last part of the integration's address.",
			"A tool that sends the key elsewhere can post the same JSON to the integration's whole address.",
			'trigger opens an alert, acknowledge acknowledges it, resolve closes it. dedup_key is the alias; without one, one is made, and is in the answer.'
		],
		enqueue
	),
	cloudwatch: told('Amazon CloudWatch', [
		'In the AWS console: Simple Notification Service, Topics, your topic (of type Standard), Create subscription. Choose the protocol HTTPS, paste the address as endpoint, and leave raw message delivery off. The subscription confirms itself.',
		'In CloudWatch, in each alarm: Configure actions. Send both "In alarm" and "OK" to the topic.',
		'ALARM opens an alert, OK closes it. CloudWatch knows no priority: make one integration for each urgency.'
	]),
	azure_monitor: told('Azure Monitor', [
		'In the Azure portal: Monitor, Alerts, Action groups, Create. Under Actions choose the type Webhook, paste the address as URI, and set "Enable the common alert schema" to Yes.',
		'Name the action group in your alert rules. In a rule, leave "Automatically resolve alerts" on.',
		'Monitor condition Fired opens an alert, Resolved closes it; alertId is the alias.'
	]),
	google_cloud: told('Google Cloud Monitoring', [
		'In the Google Cloud console: Monitoring, Alerting, Edit notification channels, Webhooks, Add new. Paste the address as endpoint URL, leave authentication off, and press Test connection.',
		'Choose the channel in your alerting policies, with "Notify on incident closure" on.',
		'State open opens an alert, closed closes it; incident_id is the alias.'
	]),
	zabbix: told(
		'Zabbix',
		[
			'In Zabbix: Alerts, Media types (before 6.4: Administration), Create media type. Name it Pulsar, and choose the type Webhook.',
			'Replace the parameters by these: url with the address; trigger_id {TRIGGER.ID}; trigger {EVENT.NAME}; status {EVENT.STATUS}; severity {EVENT.SEVERITY}; hostname {HOST.NAME}; item {ITEM.NAME} is {ITEM.LASTVALUE}; event_id {EVENT.ID}; message {ALERT.MESSAGE}; update {EVENT.UPDATE.ACTION}.',
			'Paste the script below. Under Message templates add Problem, Problem recovery and Problem update.',
			'Make a user for Pulsar, who may read the hosts: Zabbix tells nobody of what they may not see, nor of what they did themselves. Give that user the media type (Media, Add; anything in "Send to").',
			'In a trigger action (Alerts, Actions; before 6.4: Configuration) send to that user: as operation, as recovery operation and as update operation.',
			"Status PROBLEM opens an alert, an acknowledgement acknowledges it; OK and RESOLVED close it. The alias is the trigger's number."
		],
		() => [{ label: 'Script', text: ZABBIX }]
	),
	uptime_kuma: told('Uptime Kuma', [
		'In Uptime Kuma: Settings, Notifications, Setup Notification. Choose the type Webhook, paste the address as Post URL, and leave the request body at "Preset - application/json".',
		'Press Test: an alert of P5 arrives. Switch it on for your monitors, or with "Apply on all existing monitors".',
		"Down opens an alert, up closes it; pending and maintenance do nothing. The alias is the monitor's number."
	]),
	sentry: told('Sentry', [
		'In Sentry: Settings, Developer settings, Create new integration, Internal integration. Paste the address as Webhook URL, and switch "Alert rule action" on.',
		'For resolutions: give it the permission Issue & Event: Read, and tick the webhook "issue".',
		'In an alert rule add the action "Send a notification via" and the integration\'s name.',
		"A new, triggered or unresolved issue opens an alert; a resolved or archived one closes it. The alias is the issue's number. Assignments do nothing."
	]),
	newrelic: told('New Relic', [
		'In New Relic: Alerts, Destinations, Webhook. Paste the address as endpoint URL.',
		'In Alerts, Workflows: add a workflow, choose your issues, add the channel Webhook with that destination, and keep the default template.',
		"CREATED and ACTIVATED open an alert, ACKNOWLEDGED acknowledges it, CLOSED closes it; the issue's id is the alias."
	]),
	splunk: told('Splunk', [
		'In Splunk: save a search as an alert, and under Trigger actions add Webhook with the address as URL. In Splunk Cloud, an admin allows the address first: Settings, Server settings, Webhook allow list.',
		'Choose "For each result" if every host shall have an alert of its own.',
		'Each trigger opens an alert; search, app and host are the alias, so a search that triggers again is a repeat. Splunk does not say when it is over: people close these alerts.'
	]),
	pingdom: told('Pingdom', [
		'In Pingdom: Settings, Integrations, Add integration. Choose the type Webhook and paste the address as URL.',
		'Tick the integration in each check, under "Connect Integrations".',
		"DOWN (of a transaction check FAILING) opens an alert, UP (SUCCESS) closes it; the check's number is the alias."
	])
};
