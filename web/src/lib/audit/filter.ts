// The audit log's filter: its one place is the address, so that a view can be shared and gone back to.
import { sinceOf, TIMES_TO_A_YEAR, withinOf, type Within } from '$lib/ui/within';
import type { AuditQuery } from './api';

export const FAMILIES: Record<string, string> = {
	account: 'Linked accounts',
	alert: 'Alerts',
	api_key: 'API keys',
	channel: 'Channels',
	contact: 'Phone numbers',
	cover: 'Cover requests',
	device: 'Devices',
	escalation: 'Escalations',
	incident: 'Incidents',
	feed: 'Calendar addresses',
	integration: 'Integrations',
	member: 'Members',
	notification: 'Messages',
	override: 'Overrides',
	policy: 'Escalation policies',
	preference: 'Preferences',
	rotation: 'Rotations',
	saved_search: 'Saved searches',
	schedule: 'Schedules',
	team: 'Teams',
	user: 'Accounts'
};

export interface AuditFilter {
	/** What people did, what alerts did, or both. */
	kind: '' | 'activity' | 'all';
	family: string;
	actor: string;
	subject: string;
	within: Within | '';
}

export const NO_AUDIT_FILTER: AuditFilter = { kind: '', family: '', actor: '', subject: '', within: '' };

const NAMES = ['kind', 'family', 'actor', 'subject', 'within'] as const;

export function auditFilterOf(params: URLSearchParams): AuditFilter {
	const kind = params.get('kind') ?? '';
	const family = params.get('family') ?? '';
	return {
		kind: kind === 'activity' || kind === 'all' ? kind : '',
		family: Object.hasOwn(FAMILIES, family) ? family : '',
		actor: params.get('actor') ?? '',
		subject: params.get('subject') ?? '',
		within: withinOf(params.get('within'), TIMES_TO_A_YEAR)
	};
}

export function auditAddress(filter: AuditFilter): string {
	const params = new URLSearchParams();
	for (const name of NAMES) if (filter[name]) params.set(name, filter[name]);
	return params.size ? `/audit?${params}` : '/audit';
}

/** One object or family is shown whole, whoever did it: an alert's line is activity, its policy's is not. */
export function auditQueryOf(filter: AuditFilter, now: number): AuditQuery {
	const whole = filter.kind === 'all' || filter.family || filter.subject;
	return {
		...(!whole && { kind: filter.kind === 'activity' ? ('activity' as const) : ('audit' as const) }),
		...(filter.family && { type: [`${filter.family}.*`] }),
		...(filter.actor && { actor_id: filter.actor }),
		...(filter.subject && { subject_id: filter.subject }),
		...(filter.within && { since: sinceOf(filter.within, now) })
	};
}
