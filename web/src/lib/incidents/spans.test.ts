import { describe, expect, it } from 'vitest';
import { incidentNumber } from './sample';
import { lastedOf, milestonesOf, roughly } from './spans';

const NOW = Date.parse('2026-11-23T21:05:00Z');

describe('spans', () => {
	it('are said as exactly as anybody would', () => {
		expect([0, 40, 720, 3900, 7200, 183_600].map(roughly)).toEqual([
			'0 s',
			'40 s',
			'12 min',
			'1 h 5 min',
			'2 h',
			'2 d 3 h'
		]);
		expect(roughly(-5)).toBe('0 s');
	});

	it('say of each milestone after how long it was reached, or that it was not yet', () => {
		const incident = incidentNumber(1, {
			acknowledged_at: '2026-11-23T20:04:00Z',
			acknowledged_after_seconds: 240
		});
		expect(milestonesOf(incident, NOW).map(({ name, said }) => `${name} ${said}`)).toEqual([
			'Started 1 h 5 min ago',
			'Acknowledged after 4 min',
			'Mitigated not yet',
			'Resolved not yet'
		]);
	});

	it('go on until the end', () => {
		expect(lastedOf(incidentNumber(1), NOW)).toBe('for 1 h 5 min');
		expect(lastedOf(incidentNumber(1, { resolved_after_seconds: 600 }), NOW)).toBe('took 10 min');
	});
});
