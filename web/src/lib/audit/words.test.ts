import { describe, expect, it } from 'vitest';
import { calledWhat, doneInWords, fieldName, valueText } from './words';

const of = (type: string, subject: string, data = {}) =>
	doneInWords({ type, subject: { type: subject, id: '', name: null }, data, changes: {} });

describe('a line of the audit log', () => {
	it.each([
		['policy.updated', 'policy', 'changed the escalation policy'],
		['team.created', 'team', 'created the team'],
		['member.role_changed', 'user', 'changed the role of'],
		['rotation.updated', 'schedule', 'changed a rotation of the schedule'],
		['override.created', 'schedule', 'created an override of the schedule'],
		['team.member_added', 'team', 'added a member of the team'],
		['incident.alert_linked', 'incident', 'linked an alert of the incident'],
		['incident.timeline_added', 'incident', 'added a line of the timeline of the incident'],
		['device.added', 'user', 'added a device'],
		['feed.created', 'calendar_feed', 'made a calendar address'],
		['key.rolled', 'key', 'rolled']
	])('%s of a %s: %s', (type, subject, words) => expect(of(type, subject)).toBe(words));

	it('says of alerts what their own page says', () => {
		expect(of('alert.closed', 'alert', { reason: 'restarted' })).toBe('closed it: restarted ·');
	});

	it('calls an invitation by its address', () => {
		const subject = { type: 'invitation', id: '', name: null };
		expect(calledWhat({ subject, data: { email: 'cy@example.org' } })).toBe('cy@example.org');
	});
});

describe('before and after', () => {
	it('names fields as people do', () => {
		expect(['team_id', 'config.host', 'repeat_delay_seconds', 'is_default'].map(fieldName)).toEqual([
			'Team',
			'Host',
			'Repeat delay',
			'Is default'
		]);
	});

	it.each([
		[null, '–'],
		['', '–'],
		[false, 'no'],
		[3, '3'],
		['Nights', 'Nights'],
		['id-1', 'Ana'],
		[['id-1', 'x'], 'Ana, x'],
		[[], '–'],
		[[{ user: 'id-1' }], '[\n  {\n    "user": "Ana"\n  }\n]']
	])('%j reads %s', (value, words) => expect(valueText(value, { 'id-1': 'Ana' })).toBe(words));
});
