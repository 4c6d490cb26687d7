import { expect, it } from 'vitest';
import { waitFor } from './handoff';

it('waits for the first handoff that is to come, and a little longer', () => {
	expect(waitFor([500_000, 100_000], 40_000, 0)).toBe(61_500);
	expect(waitFor([500_000, 100_000], 40_000, 1)).toBe(63_500);
});

it('does not ask over and over when the answer is already past', () => {
	expect(waitFor([99_000], 100_000, 0)).toBe(15_000);
	expect(waitFor([1], 100_000, 0)).toBeNull();
	expect(waitFor([], 100_000, 0)).toBeNull();
});

it('never waits longer than a browser’s timer can', () => {
	expect(waitFor([1e12], 0, 0)).toBe(86_400_000);
});
