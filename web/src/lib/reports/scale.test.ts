import { expect, test } from 'vitest';
import { every, ticks } from './scale';

test('an axis of counts has round numbers and holds the highest', () => {
	expect(ticks(0, 'count')).toEqual([0, 1]);
	expect(ticks(3, 'count')).toEqual([0, 1, 2, 3]);
	expect(ticks(47, 'count')).toEqual([0, 10, 20, 30, 40, 50]);
	expect(ticks(2719, 'count')).toEqual([0, 1000, 2000, 3000]);
});

test('an axis of times has round times', () => {
	expect(ticks(0, 'time')).toEqual([0, 1]);
	expect(ticks(250, 'time')).toEqual([0, 60, 120, 180, 240, 300]);
	expect(ticks(5000, 'time')).toEqual([0, 1800, 3600, 5400]);
	expect(ticks(400_000, 'time')).toEqual([0, 86_400, 172_800, 259_200, 345_600, 432_000]);
	expect(ticks(1e9, 'time').at(-1)).toBeGreaterThanOrEqual(1e9);
});

test('labels are thinned to the room that there is', () => {
	expect([every(7, 10), every(30, 10), every(31, 10), every(5, 0)]).toEqual([1, 3, 4, 5]);
});
