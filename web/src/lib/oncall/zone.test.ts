import { parseDateTime } from '@internationalized/date';
import { describe, expect, it } from 'vitest';
import {
	addWall,
	clockOf,
	dayStart,
	day,
	fieldOf,
	fromField,
	instantOf,
	offsetName,
	snap,
	wallSpan
} from './zone';
import { HOUR, MINUTE } from './zone';

const at = (text: string) => Date.parse(text);
const iso = (instant: number) => new Date(instant).toISOString().replace('.000Z', 'Z');

describe('a time on the wall as an instant', () => {
	it.each([
		['Europe/Berlin', '2027-03-28T02:30', '2027-03-28T01:00:00Z'],
		['America/New_York', '2027-03-14T02:30', '2027-03-14T07:00:00Z'],
		['Africa/Cairo', '2027-04-30T00:00', '2027-04-29T22:00:00Z'],
		['Australia/Lord_Howe', '2027-10-03T02:15', '2027-10-02T15:30:00Z']
	])('%s %s is skipped: the first instant after the gap', (zone, wall, instant) => {
		expect(iso(instantOf(parseDateTime(wall), zone))).toBe(instant);
	});

	it.each([
		['Europe/Berlin', '2026-10-25T02:30', '2026-10-25T00:30:00Z'],
		['America/New_York', '2026-11-01T01:30', '2026-11-01T05:30:00Z'],
		['Africa/Cairo', '2026-10-29T23:30', '2026-10-29T20:30:00Z'],
		['Australia/Lord_Howe', '2027-04-04T01:45', '2027-04-03T14:45:00Z']
	])('%s %s comes twice: its first pass', (zone, wall, instant) => {
		expect(iso(instantOf(parseDateTime(wall), zone))).toBe(instant);
	});

	it.each([
		['Europe/Berlin', '2026-10-25', 25],
		['Europe/Berlin', '2027-03-28', 23],
		['America/New_York', '2026-11-01', 25],
		['Africa/Cairo', '2027-04-30', 23],
		['Australia/Lord_Howe', '2027-04-04', 24.5],
		['Australia/Lord_Howe', '2027-10-03', 23.5]
	])('%s: %s has %f hours', (zone, date, hours) => {
		const span = dayStart(day(date).add({ days: 1 }), zone) - dayStart(day(date), zone);
		expect(span / HOUR).toBe(hours);
	});
});

describe('snapping', () => {
	it.each([
		['Europe/Berlin', 30, '2026-11-16T08:13:00Z', '2026-11-16T08:00:00Z'],
		['Europe/Berlin', 30, '2026-11-16T08:16:00Z', '2026-11-16T08:30:00Z'],
		// 02:40 in the second pass stays in the second pass.
		['Europe/Berlin', 30, '2026-10-25T01:40:00Z', '2026-10-25T01:30:00Z'],
		['Australia/Lord_Howe', 15, '2027-04-03T15:07:00Z', '2027-04-03T15:00:00Z'],
		['Asia/Kathmandu', 60, '2026-11-16T08:20:00Z', '2026-11-16T08:15:00Z']
	])('%s to %i min: %s is %s', (zone, minutes, given, snapped) => {
		expect(iso(snap(at(given), minutes, zone))).toBe(snapped);
	});

	it('goes on over the hour that is skipped', () => {
		expect(iso(snap(at('2027-03-28T00:50:00Z'), 30, 'Europe/Berlin'))).toBe('2027-03-28T01:00:00Z');
	});
});

describe('a span on the wall', () => {
	const [start, end] = [at('2026-10-24T20:00:00Z'), at('2026-10-25T05:00:00Z')];

	it('of a night with a repeated hour is what the clocks show', () => {
		expect(wallSpan(start, end, 'Europe/Berlin')).toBe(8 * HOUR);
	});

	it('gives the same clock time again on another night', () => {
		const other = start - 24 * HOUR;
		expect(fieldOf(addWall(other, 8 * HOUR, 'Europe/Berlin'), 'Europe/Berlin')).toBe('2026-10-24T06:00');
	});
});

it('reads what the field shows', () => {
	const instant = at('2026-11-16T08:00:00Z');
	expect(fromField(fieldOf(instant, 'Africa/Cairo'), 'Africa/Cairo')).toBe(instant);
	expect(fromField('', 'UTC')).toBeNull();
});

it('names clocks', () => {
	expect(clockOf('America/New_York')).toBe('New York time');
	expect(clockOf('Etc/UTC')).toBe('UTC');
	expect(offsetName(at('2026-11-16T08:00:00Z'), 'Australia/Lord_Howe')).toBe('UTC+11');
	expect(offsetName(at('2026-06-16T08:00:00Z'), 'Australia/Lord_Howe')).toBe('UTC+10:30');
	expect(offsetName(at('2026-11-16T08:00:00Z'), 'America/New_York')).toBe('UTC−5');
	expect(MINUTE).toBe(60_000);
});
