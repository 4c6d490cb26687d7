// One line of the audit log, in words. The actor's name stands before it, the object's after it.
import { inWords } from '$lib/alerts/activity';
import type { Audited } from '$lib/api/types';

type Spoken = Pick<Audited, 'type' | 'subject' | 'data' | 'changes'>;

const OBJECTS: Record<string, string> = {
	alert: 'the alert',
	api_key: 'the API key',
	calendar_feed: 'a calendar address',
	channel: 'the channel',
	incident: 'the incident',
	integration: 'the integration',
	invitation: 'an invitation',
	organization: 'the organization',
	policy: 'the escalation policy',
	saved_search: 'a saved search',
	schedule: 'the schedule',
	team: 'the team',
	webhook: 'the webhook'
};

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

const WHOLE: Record<string, string> = {
	'member.joined': 'joined',
	'member.deactivated': 'deactivated the member',
	'member.reactivated': 'reactivated the member',
	'member.role_changed': 'changed the role of',
	'member.invited': 'invited',
	'member.invitation_revoked': 'took back the invitation of',
	'organization.created': 'founded the organization',
	'sso.configured': 'set up single sign-on of',
	'sso.domain_proven': 'proved a domain of',
	'sso.linked': 'came in by single sign-on for the first time:',
	'sso.removed': 'removed single sign-on of',
	'sso.unlinked': 'unlinked from single sign-on',
	'integration.first_signal': 'got the first signal of the integration',
	'integration.refused': 'could not read a signal of the integration',
	'channel.broken': 'found that nothing arrives over the channel',
	'channel.mended': 'found working again the channel',
	'webhook.failing': 'found that nothing arrives at the webhook',
	'webhook.recovered': 'found working again the webhook',
	'webhook.disabled': 'switched off the webhook',
	'webhook.tested': 'sent a test to the webhook',
	'webhook.redelivered': 'sent again what was for the webhook',
	'user.updated': 'changed their account',
	'user.signed_in': 'signed in',
	'user.signed_out': 'signed out',
	'user.sign_in_failed': 'refused a sign-in of',
	'user.password_set': 'set a new password',
	'user.second_factor_added': 'added a second factor',
	'user.second_factor_removed': 'removed a second factor',
	'user.passkey_renamed': 'renamed a passkey',
	'user.recovery_codes_made': 'made new recovery codes',
	'organization.second_factor_changed': 'changed whether everybody needs a second factor in',
	'user.email_verified': 'verified their address',
	'user.email_changed': 'changed their sign-in address',
	'user.sessions_ended': 'ended sessions of',
	'preference.created': 'set how they are reached',
	'preference.updated': 'changed how they are reached',
	'preference.deleted': 'reset how they are reached',
	'shift_notices.updated': 'changed when they are told of shifts',
	'feed.created': 'made a calendar address',
	'feed.revoked': 'revoked a calendar address'
};

const BY_ALERTS = new Set(['alert', 'escalation', 'notification']);
const PARTS: Record<string, string> = {
	contact: 'a phone number',
	cover: 'a cover',
	override: 'an override',
	timeline: 'a line of the timeline'
};

export function doneInWords({ type, subject, data, changes }: Spoken): string {
	const [family = '', verb = ''] = type.split('.');
	if (BY_ALERTS.has(family)) return `${inWords({ type, data: { ...data, changes } })} ·`;
	const whole = WHOLE[type];
	if (whole) return whole;
	const object = OBJECTS[subject.type];
	const words = verb.split('_');
	const last = words.pop() ?? '';
	const done = last === 'updated' ? 'changed' : last;
	// "team.member_added" is about a part of the team, and so is "rotation.updated" of its schedule.
	const part = [...(family === subject.type ? [] : [family]), ...words].join(' ').replaceAll('_', ' ');
	if (!part) return [done, object].filter(Boolean).join(' ');
	const which = PARTS[part] ?? `${/^[aeiou]/.test(part) ? 'an' : 'a'} ${part}`;
	return object ? `${done} ${which} of ${object}` : `${done} ${which}`;
}

/** What the object is called; an invitation by the address that it went to. */
export const calledWhat = ({ subject, data }: Pick<Audited, 'subject' | 'data'>): string =>
	subject.name ?? text(data.email);

export const fieldName = (field: string): string => {
	const plain = field.replace(/^config\./, '').replace(/_(id|seconds)$/, '');
	return (plain.charAt(0).toUpperCase() + plain.slice(1)).replaceAll('_', ' ');
};

/** A value as people read it: names in the place of ids. */
export function valueText(value: unknown, names: Record<string, string>): string {
	if (value === null || value === undefined || value === '') return '–';
	if (typeof value === 'boolean') return value ? 'yes' : 'no';
	if (typeof value === 'string') return names[value] ?? value;
	if (Array.isArray(value) && value.every((one) => typeof one !== 'object'))
		return value.map((one) => valueText(one, names)).join(', ') || '–';
	if (typeof value === 'object')
		return JSON.stringify(
			value,
			(_, inner: unknown) => (typeof inner === 'string' ? (names[inner] ?? inner) : inner),
			2
		);
	return String(value);
}
