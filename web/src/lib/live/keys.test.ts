import { expect, it } from 'vitest';
import { key, keysOf } from './keys';

const event = (type: string) => ({
	id: 1,
	type,
	payload: { subject: { type: 'x', id: '7' } },
	timestamp: ''
});

it('renews the inbox and the alert’s own page when an alert changes', () => {
	expect(keysOf(event('alert.acknowledged'))).toEqual([key.alerts, key.alert('7')]);
});

it('renews the alert’s page, not the inbox, while the ladder goes on', () => {
	expect(keysOf(event('escalation.level_fired'))).toEqual([key.alert('7'), key.incident('7')]);
});

it('renews the list and the room when anything happens to an incident', () => {
	for (const type of ['incident.created', 'incident.timeline_added', 'incident.alert_linked'])
		expect(keysOf(event(type))).toEqual([key.incidents, key.incident('7')]);
});

it.each([
	'policy.updated',
	'channel.deleted',
	'team.member_removed',
	'member.deactivated',
	'webhook.failing'
])('looks for problems again after %s', (type) => {
	expect(keysOf(event(type))).toContain(key.problems);
});

it('renews every page about a schedule when a rotation or an override of it changes', () => {
	for (const type of ['schedule.updated', 'rotation.updated', 'override.created', 'cover.accepted'])
		expect(keysOf(event(type))).toEqual([key.schedules, key.schedule('7'), key.problems]);
});

it('ignores what it does not know yet', () => {
	expect(keysOf(event('weather.changed'))).toEqual([]);
});
