import { describe, expect, it } from 'vitest';
import {
	addLevel,
	changeLevel,
	dropLevel,
	inputOf,
	moveLevel,
	newDraft,
	newLevel,
	removeLevel,
	times,
	warnings
} from './draft';

const ana = { type: 'user', id: '1', name: 'Ana' } as const;
const database = { type: 'team', id: '7', name: 'Database' } as const;
const nights = { type: 'schedule', id: '9', name: 'Nights' } as const;
const ladder = () => [
	{ ...newLevel(0), targets: [ana] },
	{ ...newLevel(5), targets: [database] },
	{ ...newLevel(15), targets: [] }
];

describe('a ladder being edited', () => {
	it('adds up the waits to the time at which each level fires', () => {
		expect(times(ladder())).toEqual([0, 5, 20]);
	});

	it('moves people between the places and leaves the waits where they are', () => {
		const moved = moveLevel(ladder(), 1, -1);
		expect(moved.map((level) => level.minutes)).toEqual([0, 5, 15]);
		expect(moved.map((level) => level.targets[0]?.name)).toEqual(['Database', 'Ana', undefined]);
	});

	it('leaves the ends where they are', () => {
		const levels = ladder();
		expect(moveLevel(levels, 0, -1)).toBe(levels);
		expect(moveLevel(levels, 2, 1)).toBe(levels);
	});

	it('adds, changes and removes a level', () => {
		const levels = changeLevel(addLevel(ladder()), 3, { minutes: 30 });
		expect(levels.map((level) => level.minutes)).toEqual([0, 5, 15, 30]);
		expect(removeLevel(levels, 0).map((level) => level.minutes)).toEqual([5, 15, 30]);
	});

	it('is sent as the server takes it', () => {
		const draft = { ...newDraft(), name: ' Production ', levels: ladder().slice(0, 2) };
		expect(inputOf(draft)).toMatchObject({
			name: 'Production',
			rules: [
				{ delay_seconds: 0, targets: [{ type: 'user', user_id: '1' }] },
				{ delay_seconds: 300, targets: [{ type: 'team', team_id: '7' }] }
			]
		});
	});

	it('names a schedule by its own id', () => {
		const draft = { ...newDraft(), levels: [{ ...newLevel(0), targets: [nights, ana] }] };
		expect(inputOf(draft).rules[0]?.targets).toEqual([
			{ type: 'schedule', schedule_id: '9' },
			{ type: 'user', user_id: '1' }
		]);
	});

	it('is dropped at another place, and the waits stay where they are', () => {
		const dropped = dropLevel(ladder(), 0, 2);
		expect(dropped.map((level) => level.minutes)).toEqual([0, 5, 15]);
		expect(dropped.map((level) => level.targets[0]?.name)).toEqual(['Database', undefined, 'Ana']);
		const levels = ladder();
		expect(dropLevel(levels, 1, 1)).toBe(levels);
		expect(dropLevel(levels, 0, 3)).toBe(levels);
	});

	it('names a team’s leads by the team, and says what takes turns and what ends by itself', () => {
		const level = {
			...newLevel(0),
			roundRobin: true,
			targets: [{ ...database, type: 'team_leads' as const }]
		};
		const sent = inputOf({ ...newDraft(), ackTimeoutMinutes: 30, levels: [level] });
		expect(sent.rules[0]).toMatchObject({
			round_robin: true,
			targets: [{ type: 'team_leads', team_id: '7' }]
		});
		expect([sent.ack_timeout_seconds, sent.close_after_seconds]).toEqual([1800, null]);
	});

	it('warns of levels that reach nobody', () => {
		expect(warnings({ ...newDraft(), levels: ladder() })).toEqual([
			'Level 3 notifies nobody, so it is skipped.'
		]);
		expect(warnings({ ...newDraft(), levels: [] })).toHaveLength(1);
	});
});
