import { describe, expect, it } from 'vitest';
import type { Channel, Preference } from '$lib/api/types';
import { blindSpot, filtersOf, inWords, rungsOf } from './rungs';

const channel = (id: string, more: Partial<Channel> = {}) =>
	({
		id,
		name: id,
		channel_type: 'email',
		reach: 'personal',
		enabled: true,
		broken_since: null,
		...more
	}) as Channel;

const ALL = { phone: true, device: true };
const NONE = { phone: false, device: false };

const preference = (channel_id: string, more: Partial<Preference> = {}) =>
	({
		channel_id,
		enabled: true,
		min_priority: 'P5',
		dnd: null,
		p1_passes_dnd: true,
		delay_seconds: 0,
		...more
	}) as Preference;

describe('the ladder on which I am reached', () => {
	const channels = [
		channel('Call', { channel_type: 'voice' }),
		channel('Mail'),
		channel('Push'),
		channel('SMS', { channel_type: 'sms' }),
		channel('Room', { reach: 'room' }),
		channel('Old', { enabled: false })
	];
	const wishes = [
		preference('SMS', { delay_seconds: 120 }),
		preference('Call', { delay_seconds: 300 }),
		preference('Push', { enabled: false })
	];

	it('has the personal channels in the order in which they go out, and what is off at the end', () => {
		const rungs = rungsOf(channels, wishes, ALL);
		expect(rungs.map(({ channel: { name } }) => name)).toEqual(['Mail', 'SMS', 'Call', 'Push']);
		expect(inWords(rungs)).toBe('At once: Mail. After 2 min: SMS. After 5 min: Call.');
	});

	it('says nothing of what cannot reach me', () => {
		const rungs = rungsOf(channels, [], NONE);
		expect(inWords(rungs)).toBe('At once: Mail and Push.');
		expect(rungs.filter((rung) => rung.obstacle).map(({ channel: { name } }) => name)).toEqual([
			'Call',
			'SMS'
		]);
	});

	it('has everything at once where nothing is set', () => {
		expect(inWords(rungsOf(channels, [], ALL))).toBe('At once: Call, Mail, Push and SMS.');
	});
});

describe('what a preference holds back', () => {
	const night = { start: '22:00', end: '07:00', days: [] };

	it('is said in a few words', () => {
		expect(filtersOf(null)).toEqual([]);
		expect(filtersOf(preference('Mail'))).toEqual([]);
		expect(filtersOf(preference('Mail', { min_priority: 'P2', dnd: night }))).toEqual([
			'P2 and above',
			'Quiet 22:00–07:00, but for P1'
		]);
		const weekend = { start: '00:00', end: '24:00', days: [6, 7] };
		expect(filtersOf(preference('Mail', { min_priority: 'P1', dnd: weekend, p1_passes_dnd: false }))).toEqual(
			['P1 only', 'Quiet 00:00–24:00 on Sat, Sun, P1 too']
		);
	});

	it('warns when no channel tells everything', () => {
		const channels = [channel('Mail'), channel('Push')];
		const all = [preference('Mail', { dnd: night }), preference('Push', { min_priority: 'P2' })];
		expect(blindSpot(rungsOf(channels, all, ALL))).toContain('has a filter');
		expect(blindSpot(rungsOf(channels, all.slice(1), ALL))).toBe('');
		const off = channels.map(({ id }) => preference(id, { enabled: false }));
		expect(blindSpot(rungsOf(channels, off, ALL))).toContain('Nothing reaches you');
		expect(blindSpot([])).toBe('');
	});
});
