// What to do at each vendor that tells of builds, issues, checks and events; the same steps as in docs/integrations.
import { told } from './told';
import type { Guide } from './snippets';

// As in docs/integrations/checkmk.md.
const CHECKMK = `#!/usr/bin/env python3
# Pulsar
import json, os, sys, urllib.request

said = {name: value for name, value in os.environ.items() if name.startswith("NOTIFY_") and "PARAMETER" not in name}
said.setdefault("NOTIFY_OMD_SITE", os.environ.get("OMD_SITE", ""))
body, kind = json.dumps(said).encode(), {"Content-Type": "application/json"}
try:
	urllib.request.urlopen(urllib.request.Request("ADDRESS", body, kind), timeout=30)
except Exception as error:
	print(error, file=sys.stderr)
	sys.exit(1)  # Checkmk tries again`;

// As in docs/integrations/prtg.md.
const PRTG =
	'sensorid=%sensorid&status=%status&sensor=%sensor&device=%device&group=%group&probe=%probe&host=%host&lastvalue=%lastvalue&priority=%priority&objecttags=%objecttags&linksensor=%linksensor&datetime=%datetime&home=%home&message=%message';

const cloudevent = (url: string): string =>
	[
		`curl -X POST '${url}' \\`,
		`  -H 'Content-Type: application/cloudevents+json' \\`,
		`  -d '${JSON.stringify({
			specversion: '1.0',
			id: '1',
			source: '/monitor/7',
			subject: 'db-1',
			type: 'com.example.disk.failed',
			data: { message: 'The disk of db-1 is full', severity: 'critical' }
		})}'`
	].join('\n');

/** A new integration's own, where mail is taken; otherwise what it would be at this host. */
const mailbox = (url: string): string =>
	url.includes('@') ? url : `${url.split('/').pop()}@${url.split('/')[2]?.split(':')[0] ?? ''}`;

export const MORE: Record<string, (url: string) => Guide> = {
	email: (url) => ({
		title: 'E-mail',
		steps: [
			'Mail is taken where an operator has set PULSAR_SMTP_LISTEN; docs/integrations/email.md says how mails find their way here.',
			'Where the tool asks whom to notify, paste the mail address.',
			'The subject is the message. A mail whose subject begins with [RESOLVED], OK: or Recovered:, or ends with "is OK", closes what one with the same words opened.'
		],
		snippets: [
			{ label: 'Mail address', text: mailbox(url) },
			...(url.includes('@') ? [] : [{ label: 'Address, for what makes requests of mails', text: url }])
		]
	}),
	github: told('GitHub Actions', [
		"In GitHub: the repository's (or the organization's) Settings, Webhooks, Add webhook. Paste the address as Payload URL, and choose the content type application/json.",
		'Secret can stay empty, since the address is one. Or make one up, and give it under Edit here too: then only what GitHub signs with it is taken.',
		'Choose "Let me select individual events", tick "Workflow runs", and untick "Pushes". Press Add webhook: GitHub sends a ping, which opens nothing.',
		'failure, timed_out and startup_failure open an alert; the next success of the same workflow on the same branch closes it. Runs for pull requests do nothing.'
	]),
	gitlab: told('GitLab', [
		"In GitLab: the project's (or the group's) Settings, Webhooks, Add new webhook. Paste the address as URL.",
		'Secret token can stay empty, since the address is one. Or make one up, and give it under Edit here too: then only what brings it is taken.',
		'Untick "Push events", tick "Pipeline events", and press Add webhook.',
		'A pipeline that failed opens an alert; the next success of the same branch closes it. Pipelines of merge requests do nothing.'
	]),
	jira: told('Jira', [
		'In Jira, as an admin: Settings, System, Webhooks, Create a webhook. Paste the address as URL.',
		'Under "Issue related events" give the filter that says what shall page, such as project = OPS AND priority in (Highest, High). Without one every change of every issue pages somebody.',
		'Tick "created", "updated" and "deleted" of Issue, and nothing else. Leave "Exclude body" off, and Secret empty. Save.',
		"An issue that is made or changed opens an alert; one that is done, resolved or deleted closes it. The alias is the issue's key."
	]),
	checkmk: told(
		'Checkmk',
		[
			"On the Checkmk server, as the site's user, save the script below as ~/local/share/check_mk/notifications/pulsar, and make it executable: chmod 700 ~/local/share/check_mk/notifications/pulsar.",
			'In Checkmk: Setup, Notifications, Add rule. As notification method choose "Pulsar"; one user as contact is enough, since Pulsar decides who is paged. Save, and activate the changes.',
			'Try it: at a service, Commands, Fake check results, Critical.',
			'PROBLEM opens an alert, RECOVERY closes it, ACKNOWLEDGEMENT acknowledges it; flapping and downtimes do nothing.'
		],
		(url) => [{ label: 'Script', text: CHECKMK.replaceAll('ADDRESS', url) }]
	),
	prtg: told(
		'PRTG',
		[
			'In PRTG: Setup, Account Settings, Notification Templates, Add Notification Template. Name it Pulsar, and switch "Execute HTTP Action" on.',
			'Paste the address as URL, choose the method POST, and paste the line below as Payload (older: Postdata). Save. A test notification is refused, since PRTG leaves the placeholders in it as they are.',
			'At the group, device or sensor: Notification Triggers, Add State Trigger. When the state is Down, perform Pulsar, and "When condition clears" perform Pulsar too.',
			"Down, Warning and Unusual open an alert, Up closes it. The sensor's stars are the priority: five P1, one P5."
		],
		() => [{ label: 'Payload', text: PRTG }]
	),
	statuscake: told('StatusCake', [
		'In StatusCake: Alerting, Contact Groups, New Contact Group. Paste the address as Webhook URL, and choose POST as Webhook Request Method. Leave repeat alerts off, and save.',
		'In each uptime test choose the contact group under "Who to Alert".',
		"Down opens an alert, Up closes it. The alias is the test's name and address."
	]),
	betterstack: told('Better Stack', [
		'In Better Stack: Uptime, Integrations, Exporting data, Outgoing webhooks, Configure. Choose incidents, paste the address as URL, and keep the body that it offers.',
		'Save, and let it send a test if it offers one.',
		"started opens an alert, acknowledged acknowledges it, resolved closes it. The incident's number is the alias."
	]),
	cloudevents: told(
		'CloudEvents',
		[
			'Give the address to the sender as the sink, by HTTP: structured mode, batches and binary mode are read.',
			'Every event opens an alert, unless the last word of its type says otherwise: com.example.disk.recovered closes what com.example.disk.failed opened.',
			'In the data message, summary or title is the message, and severity the priority.'
		],
		(url) => [{ label: 'Try it', text: cloudevent(url) }]
	)
};
