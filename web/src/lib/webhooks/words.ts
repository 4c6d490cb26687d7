// One name for each state and each event that a webhook can ask for.
import type { Webhook, WebhookDelivery } from '$lib/api/types';

type Tone = 'plain' | 'ok' | 'warn' | 'danger' | 'info';
interface Said {
	tone: Tone;
	text: string;
}

export const STANDING: Record<Webhook['standing'], Said> = {
	new: { tone: 'info', text: 'Nothing sent yet' },
	working: { tone: 'ok', text: 'Working' },
	failing: { tone: 'danger', text: 'Failing' },
	paused: { tone: 'plain', text: 'Paused' },
	disabled: { tone: 'danger', text: 'Switched off' }
};

export const STATES: Record<WebhookDelivery['state'], Said> = {
	waiting: { tone: 'plain', text: 'Waiting' },
	pending: { tone: 'info', text: 'Pending' },
	sending: { tone: 'info', text: 'Sending' },
	delivered: { tone: 'ok', text: 'Delivered' },
	failed: { tone: 'danger', text: 'Failed' }
};

export const FLAGS = [
	{ value: 'alert_created', label: 'Alert created' },
	{ value: 'alert_updated', label: 'Alert updated' },
	{ value: 'alert_acknowledged', label: 'Alert acknowledged' },
	{ value: 'alert_closed', label: 'Alert closed' },
	{ value: 'alert_escalated', label: 'Alert escalated' },
	{ value: 'incident_created', label: 'Incident created' },
	{ value: 'incident_updated', label: 'Incident updated' },
	{ value: 'incident_resolved', label: 'Incident resolved' }
] as const;

export type Flag = (typeof FLAGS)[number]['value'];

export const flagsOf = (webhook: Webhook): Flag[] =>
	FLAGS.map(({ value }) => value).filter((flag) => webhook[flag]);

/** What it hears of, in one line. */
export function hearsOf(webhook: Webhook): string {
	const flags = FLAGS.filter(({ value }) => webhook[value]).map(({ label }) => label);
	return [...flags, ...webhook.patterns].join(', ') || 'No events chosen yet';
}

/** Of a retry, or of what cannot go out. */
export const RETRYING: Said = { tone: 'warn', text: 'Trying again' };

/** JSON as people read it; anything else as it came. */
export function pretty(text: string): string {
	try {
		return JSON.stringify(JSON.parse(text), null, 2);
	} catch {
		return text;
	}
}

export const headerLines = (headers: Record<string, string>): string =>
	Object.entries(headers)
		.map(([name, value]) => `${name}: ${value}`)
		.join('\n');
