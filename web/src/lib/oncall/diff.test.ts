import { expect, it } from 'vitest';
import { newGaps } from './diff';

const gap = (from: number, to: number) => ({
	starts_at: new Date(from * 3_600_000).toISOString(),
	ends_at: new Date(to * 3_600_000).toISOString()
});

it('calls a gap new only where somebody is on call now', () => {
	expect(newGaps({ gaps_before: [gap(2, 4), gap(6, 7)], gaps_after: [gap(1, 10)] })).toEqual([
		gap(1, 2),
		gap(4, 6),
		gap(7, 10)
	]);
	expect(newGaps({ gaps_before: [gap(0, 5)], gaps_after: [gap(1, 3)] })).toEqual([]);
	expect(newGaps({ gaps_before: [], gaps_after: [gap(1, 3)] })).toEqual([gap(1, 3)]);
});
