import { expect, it } from 'vitest';
import { changeText, newGaps, told } from './diff';

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

const people = (text: string) => text.split('').map((name) => ({ id: name, name }));

it.each([
	['A', 'B', 'B instead of A'],
	['AX', 'BX', 'B instead of A'],
	['A', '', 'nobody instead of A'],
	['', 'B', 'B instead of nobody'],
	['A', 'AB', 'B as well'],
	['AB', 'B', 'no longer A']
])('a change from "%s" to "%s" is "%s"', (before, after, words) => {
	expect(changeText({ before: people(before), after: people(after) })).toBe(words);
});

it('tells in one line what goes on over the handoffs of others', () => {
	const changes = [
		{ ...gap(1, 2), before: people('AX'), after: people('BX') },
		{ ...gap(2, 3), before: people('AY'), after: people('BY') },
		{ ...gap(4, 5), before: people('A'), after: people('') }
	];
	expect(told(changes).map(({ text }) => text)).toEqual(['B instead of A', 'nobody instead of A']);
	expect(told(changes)[0]).toMatchObject(gap(1, 3));
});
