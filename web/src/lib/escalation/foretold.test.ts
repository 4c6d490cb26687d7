import { expect, it } from 'vitest';
import type { Simulation } from '$lib/api/types';
import { foretold, tonight } from './foretold';

type Step = Simulation['steps'][number];

const step = (name: string, after_seconds: number, change: Partial<Step> = {}): Step => ({
	position: 0,
	cycle: 0,
	at: '2026-11-24T03:00:00Z',
	after_seconds,
	state: 'fires',
	people: [
		{
			id: name,
			name,
			why: 'named in this level',
			messages: [{ channel: 'E-mail', channel_type: 'email', at: '2026-11-24T03:00:00Z', held_back: null }]
		}
	],
	rooms: [],
	passed_over: [],
	missing: [],
	...change
});
const whole = (...steps: Step[]): Simulation => ({
	at: '2026-11-24T03:00:00Z',
	priority: 'P1',
	steps,
	afterwards: null,
	cut_short: false,
	warnings: []
});

it('says whom, over what and when', () => {
	expect(foretold(whole(step('Ana', 0), step('Bo', 300)))).toBe(
		'Ana over E-mail at once, then Bo over E-mail after 5 min'
	);
});

it('leaves out what is skipped, and does not go on for ever', () => {
	const skipped = step('Ana', 0, { state: 'skipped' });
	expect(foretold(whole(skipped))).toBe('nobody');
	expect(foretold(whole(skipped, step('Bo', 0, { state: 'fallback' })))).toBe('Bo over E-mail at once');
	expect(foretold(whole(...[0, 60, 120, 180].map((at) => step('Ana', at))))).toMatch(/, and so on$/);
});

it('means the next three o’clock', () => {
	expect(new Date(tonight(new Date(2026, 10, 24, 20, 30).getTime()))).toEqual(new Date(2026, 10, 25, 3));
	expect(new Date(tonight(new Date(2026, 10, 24, 1, 30).getTime()))).toEqual(new Date(2026, 10, 24, 3));
});
