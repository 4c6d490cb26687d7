import { describe, expect, it } from 'vitest';
import {
	draftOf,
	endField,
	endOf,
	inputOf,
	isComplete,
	move,
	newDraft,
	newSlot,
	PRESETS,
	preset,
	sentence,
	toggleDay,
	windowText
} from './draft';

const draft = (more = {}) => ({
	...newDraft('2026-11-18', 0),
	slots: [newSlot('a', 'Ana'), newSlot('b', 'Bo'), newSlot(null, 'Nobody')],
	...more
});

describe('a rotation in words', () => {
	it.each([
		[{}, 'Weekly, Monday 09:00 Berlin time: Ana, Bo, Nobody.'],
		[{ endsOn: '2027-01-01' }, 'Weekly, Monday 09:00 Berlin time, until 1 Jan 2027: Ana, Bo, Nobody.'],
		[{ type: 'daily' }, 'Daily at 09:00 Berlin time: Ana, Bo, Nobody.'],
		[
			{ type: 'custom', length: 12, unit: 'hours' },
			'Every 12 hours, counted from 09:00 Berlin time: Ana, Bo, Nobody.'
		],
		[
			{ type: 'custom', length: 2, unit: 'weeks' },
			'Every 2 weeks, Monday 09:00 Berlin time: Ana, Bo, Nobody.'
		],
		[
			{ windows: preset(PRESETS[0]!.windows), slots: [] },
			'Weekly, Monday 09:00 Berlin time, only Mon–Fri 09:00–17:00: nobody yet.'
		]
	])('%j is "%s"', (more, words) => {
		expect(sentence(draft(more), 'Europe/Berlin')).toBe(words);
	});

	it('says when a window runs past midnight', () => {
		expect(windowText({ days: [], start: '17:00', end: '09:00' })).toBe('17:00–09:00 the next day');
		expect(windowText({ days: [6, 7], start: '00:00', end: '24:00' })).toBe('Sat and Sun');
	});
});

it('gives back to the server what came from it', () => {
	const input = inputOf(draft({ windows: preset(PRESETS[3]!.windows), endsOn: '2027-01-01' }));
	expect(input).toMatchObject({ unit: 'weeks', length: 1, handoff_day: 1, participants: ['a', 'b', null] });
	const participants = draft().slots.map((slot, position) => ({
		position,
		user_id: slot.userId,
		name: slot.name,
		active: true
	}));
	expect(inputOf(draftOf({ ...input, participants }))).toEqual(input);
});

it('calls every two weeks custom, and remembers no handoff day where there is none', () => {
	const plan = { ...inputOf(draft({ type: 'daily' })), length: 2, participants: [], name: 'x' };
	expect(draftOf(plan)).toMatchObject({ type: 'custom', length: 2, unit: 'days', handoffDay: 3 });
	expect(inputOf(draft({ type: 'daily' })).handoff_day).toBeNull();
});

it('does not ask about what is half filled in', () => {
	expect(isComplete(draft())).toBe(true);
	expect(isComplete(draft({ startsOn: '' }))).toBe(false);
	expect(isComplete(draft({ windows: preset([{ days: [], start: '09:00', end: '09:00' }]) }))).toBe(false);
});

it('turns midnight at the end of a window into the end of the day', () => {
	expect(endOf('00:00')).toBe('24:00');
	expect(endField('24:00')).toBe('00:00');
});

it('keeps every day as no day', () => {
	expect(toggleDay([], 7)).toEqual([1, 2, 3, 4, 5, 6]);
	expect(toggleDay([1, 2, 3, 4, 5, 6], 7)).toEqual([]);
	expect(toggleDay([3], 3)).toEqual([3]);
});

it('moves one of a list', () => {
	expect(move(['a', 'b', 'c'], 0, 2)).toEqual(['b', 'c', 'a']);
	expect(move(['a', 'b', 'c'], 2, 0)).toEqual(['c', 'a', 'b']);
	expect(move(['a', 'b', 'c'], 0, -1)).toEqual(['a', 'b', 'c']);
	expect(move(['a', 'b', 'c'], 2, 3)).toEqual(['a', 'b', 'c']);
});
