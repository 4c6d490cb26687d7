import { expect, test } from 'vitest';
import { percent, span, spanTick, stepTitle } from './words';

test('times are said in the unit that fits', () => {
	expect([null, 0, 42, 89, 90, 3600, 5400, 7200, 90_000, 400_000].map(span)).toEqual([
		'–',
		'0 s',
		'42 s',
		'89 s',
		'2 min',
		'60 min',
		'1.5 h',
		'2 h',
		'25 h',
		'4.6 d'
	]);
	expect([0, 300, 3600, 43_200, 86_400, 172_800].map(spanTick)).toEqual([
		'0',
		'5 min',
		'1 h',
		'12 h',
		'24 h',
		'2 d'
	]);
});

test('nearly all is not all', () => {
	expect([null, 0, 0.004, 0.5, 0.994, 0.9999, 1].map(percent)).toEqual([
		'–',
		'0 %',
		'0.4 %',
		'50 %',
		'99.4 %',
		'99.9 %',
		'100 %'
	]);
});

test('a step is named by the day that it begins with', () => {
	expect(stepTitle('2026-03-02', 'week')).toBe('Week of Mon, 2 Mar 2026');
	expect(stepTitle('2026-03-01', 'month')).toBe('Mar 2026');
});
