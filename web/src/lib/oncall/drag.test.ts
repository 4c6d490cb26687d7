import { describe, expect, it } from 'vitest';
import { drawn, gripAt, gripsOf, pulled } from './drag';
import { fieldOf, HOUR, DAY } from './zone';

const at = (text: string) => Date.parse(text);
const ruler = (zone: string, step = 30) => ({ zone, step, now: at('2026-10-20T12:07:00Z') });
const local = ({ start, end }: { start: number; end: number }, zone: string) =>
	`${fieldOf(start, zone)} ${fieldOf(end, zone)}`;

describe('drawing a span', () => {
	it('snaps to the clock of the zone, in either direction', () => {
		const zone = 'Europe/Berlin';
		const span = drawn(at('2026-10-21T15:10:00Z'), at('2026-10-21T08:20:00Z'), ruler(zone));
		expect(local(span!, zone)).toBe('2026-10-21T10:30 2026-10-21T17:00');
	});

	it('begins now when it was begun in the past', () => {
		const { now } = ruler('UTC');
		expect(drawn(now - 5 * HOUR, now + 2 * HOUR, ruler('UTC'))?.start).toBe(now);
		expect(drawn(now - 5 * HOUR, now - 2 * HOUR, ruler('UTC'))).toBeNull();
	});

	it('is nothing when the pointer hardly moved', () => {
		expect(drawn(at('2026-10-21T15:10:00Z'), at('2026-10-21T15:11:00Z'), ruler('UTC'))).toBeNull();
	});
});

describe('moving a night across the change of clocks', () => {
	it.each([
		['Europe/Berlin', '2026-10-23T20:00:00Z', '2026-10-24T04:00:00Z', '2026-10-24T22:00 2026-10-25T06:00'],
		['America/New_York', '2026-10-31T02:00:00Z', '2026-10-31T10:00:00Z', '2026-10-31T22:00 2026-11-01T06:00'],
		['Africa/Cairo', '2026-10-28T19:00:00Z', '2026-10-29T03:00:00Z', '2026-10-29T22:00 2026-10-30T06:00'],
		[
			'Australia/Lord_Howe',
			'2027-04-02T11:00:00Z',
			'2027-04-02T19:00:00Z',
			'2027-04-03T22:00 2027-04-04T06:00'
		]
	])('%s: it begins and ends by the same clock times', (zone, start, end, moved) => {
		expect(local(pulled({ start: at(start), end: at(end) }, 'body', DAY, ruler(zone)), zone)).toBe(moved);
	});
});

describe('pulling an edge', () => {
	const span = { start: at('2026-10-21T08:00:00Z'), end: at('2026-10-21T16:00:00Z') };

	it('leaves at least one step', () => {
		expect(pulled(span, 'end', -DAY, ruler('UTC')).end).toBe(at('2026-10-21T08:30:00Z'));
		expect(pulled(span, 'start', DAY, ruler('UTC')).start).toBe(at('2026-10-21T15:30:00Z'));
	});

	it('does not go back before now', () => {
		expect(pulled(span, 'start', -3 * DAY, ruler('UTC')).start).toBe(at('2026-10-20T12:30:00Z'));
		const begun = { start: at('2026-10-20T08:00:00Z'), end: at('2026-10-20T16:00:00Z') };
		expect(pulled(begun, 'end', -DAY, ruler('UTC')).end).toBe(at('2026-10-20T12:30:00Z'));
	});

	it('goes through a repeated hour step by step', () => {
		const night = { start: at('2026-10-24T22:00:00Z'), end: at('2026-10-25T00:30:00Z') };
		const once = pulled(night, 'end', HOUR / 2, ruler('Europe/Berlin'));
		const twice = pulled(once, 'end', HOUR / 2, ruler('Europe/Berlin'));
		expect(twice.end).toBe(at('2026-10-25T01:30:00Z'));
	});
});

it('lets only what has not been be changed', () => {
	const { now } = ruler('UTC');
	expect(gripsOf({ start: now - HOUR, end: now }, now)).toEqual([]);
	expect(gripsOf({ start: now - HOUR, end: now + HOUR }, now)).toEqual(['end']);
	expect(gripsOf({ start: now + HOUR, end: now + 2 * HOUR }, now)).toHaveLength(3);
});

it('has hold of an edge near it, and of the body between', () => {
	const bar = { left: 100, right: 160 };
	expect([100, 105, 130, 155, 160].map((x) => gripAt(x, bar, 10, ['start', 'end']))).toEqual([
		'start',
		'start',
		'body',
		'end',
		'end'
	]);
	expect(gripAt(101, bar, 10, ['end'])).toBe('body');
	expect(gripAt(112, { left: 100, right: 124 }, 20, ['start', 'end'])).toBe('body');
});
