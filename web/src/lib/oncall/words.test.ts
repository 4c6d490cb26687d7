import { describe, expect, it } from 'vitest';
import { daysText, lengthText, spanText, weekdayOf, whenText } from './words';
import { HOUR, MINUTE } from './zone';

const now = Date.parse('2026-11-18T12:00:00Z');

describe('an instant in words', () => {
	it.each([
		['2026-11-18T17:00:00Z', 'Europe/Berlin', '18:00'],
		['2026-11-23T08:00:00Z', 'Europe/Berlin', 'Mon 09:00'],
		['2026-11-25T08:00:00Z', 'Europe/Berlin', '25 Nov 09:00'],
		['2027-01-04T08:00:00Z', 'Europe/Berlin', '4 Jan 2027 09:00'],
		['2026-11-18T17:00:00Z', 'Australia/Lord_Howe', 'Thu 04:00']
	])('%s in %s is "%s"', (at, zone, words) => {
		expect(whenText(Date.parse(at), zone, now)).toBe(words);
	});
});

it('names a span as short as leaves no doubt', () => {
	expect(spanText(now, now + 2 * HOUR, 'UTC')).toBe('Wed 18 Nov 12:00–14:00');
	expect(spanText(now, now + 24 * HOUR, 'UTC')).toBe('Wed 18 Nov 12:00 – Thu 19 Nov 12:00');
	expect(lengthText(25 * HOUR + 30 * MINUTE)).toBe('1 d 1 h 30 min');
});

it.each([
	[[1, 2, 3, 4, 5], 'Mon–Fri'],
	[[7, 6], 'Sat and Sun'],
	[[1, 3, 5], 'Mon, Wed, Fri'],
	[[], 'every day']
])('days %j are "%s"', (days, words) => {
	expect(daysText(days)).toBe(words);
});

it('knows weekdays', () => {
	expect(weekdayOf('2026-11-16')).toBe(1);
	expect(weekdayOf('2026-11-22')).toBe(7);
});
