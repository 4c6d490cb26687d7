import { expect, test } from 'vitest';
import { addressOf, daysOf, queryOf, questionOf, stepOf } from './question';

const of = (text: string) => questionOf(new URLSearchParams(text), 'Europe/Berlin');
const NOW = Date.parse('2026-03-31T22:30:00Z');

test('the last thirty days on the reader’s clock are asked for when nothing is said', () => {
	const asked = of('');
	expect([asked.range, asked.zone]).toEqual(['30d', 'Europe/Berlin']);
	expect(daysOf(asked, NOW)).toEqual({ from: '2026-03-03', to: '2026-04-01' });
	expect(daysOf({ ...asked, zone: 'UTC' }, NOW)).toEqual({ from: '2026-03-02', to: '2026-03-31' });
});

test('an address says what was asked, and is read back the same', () => {
	const asked = of('from=2026-01-01&to=2026-01-31&zone=UTC&team=abc&priority=P2');
	expect(addressOf(asked, 'Europe/Berlin')).toBe(
		'/reports?from=2026-01-01&to=2026-01-31&zone=UTC&team=abc&priority=P2'
	);
	expect(queryOf(asked, NOW)).toEqual({
		from: '2026-01-01',
		to: '2026-01-31',
		time_zone: 'UTC',
		team_id: 'abc',
		priority: ['P2']
	});
	expect(addressOf(of('range=7d'), 'Europe/Berlin')).toBe('/reports?range=7d');
});

test('nonsense in the address is passed over', () => {
	const asked = of('range=1000y&from=yesterday&to=2026-01-01&priority=P9');
	expect([asked.range, asked.from, asked.priority]).toEqual(['30d', '', '']);
});

test('steps grow with the span', () => {
	expect(stepOf({ from: '2026-01-01', to: '2026-01-31' })).toBe('day');
	expect(stepOf({ from: '2026-01-01', to: '2026-12-31' })).toBe('week');
	expect(stepOf({ from: '2024-01-01', to: '2026-12-31' })).toBe('month');
});
