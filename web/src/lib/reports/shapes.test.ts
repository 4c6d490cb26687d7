import { expect, test } from 'vitest';
import { linePath, lonely, stacked } from './shapes';

test('bars stand on each other', () => {
	expect(
		stacked([
			[1, 0],
			[2, null]
		])
	).toEqual([
		[
			{ from: 0, to: 1 },
			{ from: 1, to: 3 }
		],
		[
			{ from: 0, to: 0 },
			{ from: 0, to: 0 }
		]
	]);
});

test('a line is broken where there is nothing, and a lonely value is a dot', () => {
	const path = linePath(
		[1, 2, null, 3],
		(place) => place * 10,
		(value) => value
	);
	expect(path).toBe('M0.0 1.0L10.0 2.0M30.0 3.0');
	expect(lonely([1, 2, null, 3])).toEqual([[3, 3]]);
});
