import { describe, expect, it } from 'vitest';
import { agenda } from './agenda';
import { coloursOf } from './colours';
import {
	barLength,
	barTimes,
	fitting,
	initialsOf,
	inOrder,
	lanesOf,
	neighbour,
	pack,
	titleOf
} from './lanes';
import { rangeOf } from './range';
import type { Calendar, Shift } from './types';
import { day } from './zone';

const person = (id: string) => ({ id, name: id });

const shift = (user: string, from: string, to: string, more: Partial<Shift> = {}): Shift => ({
	user_id: user,
	user_name: user,
	active: true,
	rotation_id: 'one',
	override_id: null,
	replaced: [],
	starts_at: `2026-11-${from}:00:00Z`,
	ends_at: `2026-11-${to}:00:00Z`,
	...more
});

const calendar: Calendar = {
	schedule_id: '',
	time_zone: 'UTC',
	from: '',
	to: '',
	final: [
		shift('Ana', '16T09', '17T09'),
		shift('Cy', '16T09', '17T09', { rotation_id: 'two' }),
		shift('Bo', '17T09', '17T18', { override_id: 'x', replaced: [person('Ana')], rotation_id: null })
	],
	planned: [shift('Ana', '16T09', '18T09'), shift('Old', '15T09', '16T09', { rotation_id: 'gone' })],
	overrides: [
		{
			id: 'x',
			schedule_id: '',
			rotation_id: null,
			user_id: 'Bo',
			user_name: 'Bo',
			active: true,
			starts_at: '2026-11-17T09:00:00Z',
			ends_at: '2026-11-17T18:00:00Z',
			note: '',
			created_by_name: null,
			created_at: ''
		}
	],
	gaps: [{ starts_at: '2026-11-17T18:00:00Z', ends_at: '2026-11-18T09:00:00Z' }]
};
const rotations = [
	{ id: 'one', name: 'First' },
	{ id: 'two', name: 'Second' }
];

describe('lanes', () => {
	const lanes = lanesOf(calendar, rotations);

	it('are the final schedule, the overrides and each rotation, also one that is removed', () => {
		expect(lanes.map(({ label }) => label)).toEqual([
			'On call',
			'Overrides',
			'First',
			'Second',
			'Removed rotation'
		]);
	});

	it('put those who are on call at once below each other, and name the gap', () => {
		const names = lanes[0]?.rows.map((row) => row.map(titleOf));
		expect(names).toEqual([['Ana', 'Bo for Ana', 'Nobody'], ['Cy']]);
	});

	it('say whom an override replaces', () => {
		expect(titleOf(lanes[1]!.rows[0]![0]!)).toBe('Bo for Ana');
	});

	it('are walked by arrows', () => {
		const [ana] = lanes[0]!.rows[0]!;
		expect(neighbour(lanes, ana!.id, 'ArrowRight')?.name).toBe('Bo');
		expect(neighbour(lanes, ana!.id, 'End')?.name).toBe('Nobody');
		expect(neighbour(lanes, ana!.id, 'ArrowDown')?.name).toBe('Cy');
		expect(neighbour(lanes, ana!.id, 'ArrowUp')).toBeUndefined();
		expect(neighbour(lanes, 'what is gone', 'ArrowLeft')?.id).toBe(ana!.id);
	});
});

it('packs bars that overlap into rows', () => {
	const bars = lanesOf({ ...calendar, gaps: [] }, rotations)[0]!.rows.flat();
	expect(pack(bars).every((row) => row.every((bar, i) => i === 0 || row[i - 1]!.end <= bar.start))).toBe(
		true
	);
});

it('lists by day what of a shift lies in it', () => {
	const bars = lanesOf(calendar, [rotations[0]!])[0]!.rows.flat();
	const days = agenda(bars, rangeOf('week', day('2026-11-16'), 'UTC').days, 'UTC');
	expect(
		days.slice(0, 3).map(({ entries }) => entries.map(({ bar, when }) => `${bar.name} ${when}`))
	).toEqual([
		['Ana from 09:00', 'Cy from 09:00'],
		['Ana until 09:00', 'Cy until 09:00', 'Bo 09:00–18:00', 'Nobody from 18:00'],
		['Nobody until 09:00']
	]);
	expect(days[3]!.entries).toEqual([]);
});

it('gives ten people ten colours, the same each time', () => {
	const ids = Array.from({ length: 10 }, (_, i) => `person-${i * 7}`);
	expect(new Set(coloursOf(ids).values()).size).toBe(10);
	expect(coloursOf([...ids].reverse())).toEqual(coloursOf(ids));
	expect([...coloursOf([...ids, 'k', 'l']).values()].every((colour) => colour >= 1 && colour <= 10)).toBe(
		true
	);
});

it('writes as much of a name as has room', () => {
	const texts = ['Ana Kovač for Bo Lindqvist', 'Ana Kovač'];
	expect([300, 100, 50, 30].map((width) => fitting(texts, width))).toEqual([...texts, 'Ana', '']);
	expect(initialsOf('Ana Maria Kovač')).toBe('AM');
});

it('names those on call in the order of the rotations, who stands in for everybody first', () => {
	const people = [{ rotation: person('two') }, { rotation: person('one') }, { rotation: null }];
	expect(inOrder(people, rotations).map(({ rotation }) => rotation?.id)).toEqual([undefined, 'one', 'two']);
});

it('does not make up when something ends that goes on beyond what was asked for', () => {
	const gaps = [{ starts_at: '2026-11-01T00:00:00Z', ends_at: '2026-11-16T09:00:00Z' }];
	const asked = { ...calendar, gaps, final: [], from: '2026-11-01T00:00:00Z', to: '2026-11-30T00:00:00Z' };
	const gap = lanesOf(asked, rotations)[0]!.rows[0]![0]!;
	expect(barTimes(gap, 'UTC')).toBe('until Mon 16 Nov 09:00');
	expect(barLength(gap)).toBe('more than 15 d 9 h');
	expect(barTimes({ ...gap, cut: { start: true, end: true } }, 'UTC')).toBe('all the time');
	expect(barTimes({ ...gap, cut: { start: false, end: true } }, 'UTC')).toBe('from Sun 1 Nov 00:00');
});
