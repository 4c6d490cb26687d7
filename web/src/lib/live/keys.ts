// Which pages does an event concern? Pages name these keys in depends(), events invalidate them.
import type { LiveEvent } from './feed';

export const key = {
	alerts: 'pulsar:alerts',
	alert: (id: string) => `pulsar:alert:${id}` as const,
	incidents: 'pulsar:incidents',
	templates: 'pulsar:incident-templates',
	incident: (id: string) => `pulsar:incident:${id}` as const,
	notifications: 'pulsar:notifications',
	integrations: 'pulsar:integrations',
	policies: 'pulsar:policies',
	channels: 'pulsar:channels',
	contacts: 'pulsar:contacts',
	devices: 'pulsar:devices',
	accounts: 'pulsar:accounts',
	preferences: 'pulsar:preferences',
	teams: 'pulsar:teams',
	members: 'pulsar:members',
	problems: 'pulsar:problems',
	schedules: 'pulsar:schedules',
	schedule: (id: string) => `pulsar:schedule:${id}` as const,
	organizations: 'pulsar:organizations',
	apiKeys: 'pulsar:api-keys',
	sso: 'pulsar:sso',
	heartbeats: 'pulsar:heartbeats',
	webhooks: 'pulsar:webhooks',
	webhookDeliveries: 'pulsar:webhook-deliveries',
	statusPage: 'pulsar:status-page',
	/** Of the audit log: every event is one of both. */
	audit: 'pulsar:audit',
	activity: 'pulsar:activity',
	notices: 'pulsar:notices',
	system: 'pulsar:system',
	security: 'pulsar:security'
} as const;

const BY_FAMILY: Record<string, string[]> = {
	incident_template: [key.templates],
	incident_field: [key.templates, key.incidents],
	integration: [key.integrations],
	policy: [key.policies, key.problems],
	channel: [key.channels, key.problems],
	contact: [key.contacts],
	device: [key.devices],
	account: [key.accounts],
	preference: [key.preferences],
	shift_notices: [key.notices],
	user: [key.members],
	team: [key.teams, key.problems],
	member: [key.members, key.teams, key.problems],
	schedule: [key.problems],
	rotation: [key.problems],
	override: [key.problems],
	organization: [key.organizations],
	api_key: [key.apiKeys],
	sso: [key.sso],
	heartbeat: [key.heartbeats],
	webhook: [key.webhooks, key.webhookDeliveries, key.problems],
	status_page: [key.statusPage]
};

const ON_CALL = new Set(['schedule', 'rotation', 'override', 'cover']);

const BY_ALERTS = new Set(['alert', 'escalation', 'notification']);

/** Of the audit log's two halves the one that this event is in. */
export const logOf = (event: LiveEvent): string =>
	BY_ALERTS.has(event.type.split('.')[0] ?? '') ? key.activity : key.audit;

export function keysOf(event: LiveEvent): string[] {
	const family = event.type.split('.')[0] ?? '';
	const subject = event.payload.subject?.id ?? '';
	// How people sign in shows nowhere but to themselves.
	if (family === 'user' && event.type !== 'user.updated') return [key.security];
	if (family === 'alert') return [key.alerts, key.alert(subject)];
	if (family === 'incident') return [key.incidents, key.incident(subject)];
	// Escalations and messages are about an alert, or page somebody into an incident.
	if (family === 'escalation') return [key.alert(subject), key.incident(subject)];
	if (family === 'notification')
		return [key.alert(subject), key.incident(subject), key.notifications, key.channels];
	// Events of rotations, overrides and cover requests have their schedule as subject.
	if (ON_CALL.has(family)) return [key.schedules, key.schedule(subject), key.problems];
	return BY_FAMILY[family] ?? [];
}
