import { describe, expect, it } from 'vitest';
import { beforeText, importSentence } from './words';

const found = { dry_run: true, items: [], already_there: 0, past: 0, cancelled: 0, later: 0 };
const item = {
	event: 0,
	summary: 'Ana',
	user: { id: '1', name: 'Ana' },
	starts_at: '2026-12-01T09:00:00Z',
	ends_at: '2026-12-02T09:00:00Z',
	override_id: null
};

describe('what comes of a calendar file', () => {
	it('is said in one sentence', () => {
		expect(importSentence({ ...found, items: [item] })).toBe('1 override.');
		expect(importSentence({ ...found, items: [item, item], past: 1, later: 2 })).toBe(
			'2 overrides. Left out: 1 that is over, 2 more than 366 days away.'
		);
		expect(importSentence({ ...found, already_there: 3, cancelled: 1 })).toBe(
			'No override. Left out: 3 that are there already, 1 that is cancelled.'
		);
	});
});

describe('how long before a shift', () => {
	it('is said in the largest unit that fits', () => {
		expect([15, 60, 90, 1440, 2880, 10080].map(beforeText)).toEqual([
			'15 minutes',
			'1 hour',
			'90 minutes',
			'1 day',
			'2 days',
			'1 week'
		]);
	});
});
