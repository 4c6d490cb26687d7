import { expect, test } from 'vitest';
import type { Heartbeat } from '$lib/api/types';
import { everyInWords, inUnit, strip } from './rhythm';

test('an interval is said in the largest unit in which it is whole', () => {
	expect(inUnit(5400)).toEqual({ count: 90, unit: '60' });
	expect(inUnit(86400)).toEqual({ count: 1, unit: '86400' });
	expect(everyInWords(60)).toBe('every minute');
	expect(everyInWords(7)).toBe('every 7 seconds');
	expect(everyInWords(7200)).toBe('every 2 hours');
});

test('the strip shows the oldest ping first, and which came after a silence', () => {
	const at = (second: number) => new Date(Date.UTC(2026, 10, 24, 12, 0, second)).toISOString();
	const heartbeat = {
		recent_pings: [at(50), at(10), at(0)],
		interval_seconds: 10,
		grace_seconds: 5
	} as Heartbeat;
	expect(strip(heartbeat)).toEqual([
		{ at: at(0), afterSilence: false },
		{ at: at(10), afterSilence: false },
		{ at: at(50), afterSilence: true }
	]);
});
