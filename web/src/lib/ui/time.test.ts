import { describe, expect, it } from 'vitest';
import { ago, countdown, duration, localInput } from './time';

const now = Date.parse('2026-11-23T20:00:00Z');
const MINUTE = 60_000;

describe('times in words', () => {
	it.each([
		[10_000, 'just now'],
		[2 * MINUTE, '2 min ago'],
		[89 * MINUTE, '89 min ago'],
		[100 * MINUTE, '2 h ago'],
		[50 * 60 * MINUTE, '2 d ago'],
		[-5 * MINUTE, 'in 5 min'],
		[-59 * 24 * 60 * MINUTE, 'in 59 d'],
		[-90 * 24 * 60 * MINUTE, 'on 21 Feb 2027']
	])('an instant %i ms back is "%s"', (back, words) => {
		expect(ago(now - back, now)).toBe(words);
	});

	it('gives the date once a week has gone by', () => {
		expect(ago('2026-10-01T08:00:00Z', now)).toBe('1 Oct 2026');
	});

	it.each([
		[130_000, '2:10'],
		[9_001, '0:10'],
		[-5_000, '0:00'],
		[3_900_000, '1:05:00'],
		[4 * 86_400_000, '4 days']
	])('%i ms to go count down as %s', (ms, words) => {
		expect(countdown(ms)).toBe(words);
	});

	it.each([
		[0, '0 min'],
		[300, '5 min'],
		[5400, '1 h 30 min'],
		[90, '1 min 30 s'],
		[86_400, '1 d']
	])('%i seconds last %s', (seconds, words) => {
		expect(duration(seconds)).toBe(words);
	});

	it('gives a local input the wall clock’s time', () => {
		expect(new Date(localInput(now)).getTime()).toBe(now);
	});
});
