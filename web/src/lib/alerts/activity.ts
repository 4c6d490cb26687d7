// One line of an alert's activity, in words. The actor's name stands before it.
import type { Event } from '$lib/api/types';

type Data = Record<string, unknown>;

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const names = (value: unknown): string => (Array.isArray(value) ? value.map(String).join(', ') : '');
const because = (data: Data): string =>
	text(data.reason) ? `: ${text(data.reason).replaceAll('_', ' ')}` : '';
const level = (data: Data): string => `level ${Number(data.level ?? 0) + 1}`;
const to = (data: Data): string => (text(data.user) ? ` to ${text(data.user)}` : '');
const incident = (data: Data): string => `#${String(data.number)} ${text(data.title)}`;
const over = (data: Data): string => `${to(data)}${text(data.channel) ? ` over ${text(data.channel)}` : ''}`;

function changed({ changes }: Data): string {
	const fields = Object.entries((changes ?? {}) as Record<string, { after: unknown }>);
	const which = fields.map(([name, { after }]) =>
		name === 'priority' ? `priority to ${String(after)}` : name
	);
	return `changed ${which.join(', ')}`;
}

const WORDS: Record<string, (data: Data) => string> = {
	'alert.created': () => 'opened the alert',
	'alert.repeated': (data) => `reported it again${data.count ? ` (×${String(data.count)})` : ''}`,
	'alert.updated': changed,
	'alert.acknowledged': () => 'acknowledged',
	'alert.unacknowledged': () => 'took the acknowledgement back: paging starts again',
	'alert.closed': (data) => `closed it${because(data)}`,
	'alert.snoozed': () => 'snoozed it',
	'alert.reopened': (data) => `opened it again${because(data)}`,
	'alert.assigned': ({ assignee }) =>
		assignee ? `assigned it to ${text(assignee)}` : 'removed the assignment',
	'alert.note_added': () => 'added a note',
	'alert.incident_linked': (data) => `linked it to the incident ${incident(data)}`,
	'alert.incident_unlinked': (data) => `took it out of the incident ${incident(data)}`,
	'alert.deleted': () => 'deleted the alert',
	'escalation.started': () => 'started paging',
	'escalation.level_fired': (data) =>
		`paged ${level(data)}${names(data.people) ? `: ${names(data.people)}` : ''}`,
	'escalation.level_skipped': (data) => `skipped ${level(data)}${because(data)}`,
	'escalation.fallback': (data) =>
		`reached nobody, so paged ${data.to === 'team' ? "the alert's team" : 'the owners and admins'}${names(data.people) ? `: ${names(data.people)}` : ''}`,
	'escalation.escalated': (data) => `did not wait, and escalated to ${level(data)}`,
	'escalation.stopped': (data) => `stopped paging${because(data)}`,
	'escalation.completed': () => 'went through every level; nobody is left to page',
	'notification.sent': (data) => `delivered a message${over(data)}`,
	'notification.delivered': (data) => `heard that a message arrived${over(data)}`,
	'notification.failed': (data) => `could not deliver a message${over(data)}${because(data)}`,
	'notification.cancelled': (data) => `cancelled a message${over(data)}${because(data)}`
};

export function inWords({ type, data }: Pick<Event, 'type' | 'data'>): string {
	return WORDS[type]?.(data as Data) ?? (type.split('.')[1] ?? type).replaceAll('_', ' ');
}
