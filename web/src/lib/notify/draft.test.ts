import { expect, it } from 'vitest';
import type { Preference } from '$lib/api/types';
import { draftOf, wishOf } from './draft';

const wish = {
	enabled: true,
	min_priority: 'P3',
	dnd: { start: '00:00', end: '24:00', days: [6, 7] },
	p1_passes_dnd: false,
	delay_seconds: 90
} as Preference;

it('sends what it was made from, if nothing was changed', () => {
	expect(wishOf(draftOf(wish))).toEqual(wish);
});

it('starts with everything, at once, where nothing is set', () => {
	expect(wishOf(draftOf(null))).toEqual({
		enabled: true,
		min_priority: 'P5',
		dnd: null,
		p1_passes_dnd: true,
		delay_seconds: 0
	});
});
