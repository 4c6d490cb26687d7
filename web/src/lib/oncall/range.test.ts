import { describe, expect, it } from 'vitest';
import { hourTicks, oddHours, placeIn, rangeName, rangeOf, step } from './range';
import { timeText } from './words';
import { day, HOUR } from './zone';

describe('the days that are shown', () => {
	it('are a week from Monday', () => {
		const range = rangeOf('week', day('2026-11-18'), 'Europe/Berlin');
		expect(range.days.map(({ date }) => date)).toEqual([
			'2026-11-16',
			'2026-11-17',
			'2026-11-18',
			'2026-11-19',
			'2026-11-20',
			'2026-11-21',
			'2026-11-22'
		]);
		expect(rangeName(range)).toBe('16 – 22 November 2026');
	});

	it.each([
		['Europe/Berlin', '2026-10-25', '25 h'],
		['Europe/Berlin', '2027-03-28', '23 h'],
		['America/New_York', '2027-03-14', '23 h'],
		['Africa/Cairo', '2027-04-30', '23 h'],
		['Australia/Lord_Howe', '2027-04-04', '24.5 h'],
		['Europe/Berlin', '2026-11-16', '']
	])('%s: %s is %s long', (zone, date, hours) => {
		const [only] = rangeOf('day', day(date), zone).days;
		expect(oddHours(only!)).toBe(hours);
	});

	it('leave out a day that never was', () => {
		const range = rangeOf('week', day('2011-12-30'), 'Pacific/Apia');
		expect(range.days).toHaveLength(6);
		expect(range.end - range.start).toBe(6 * 24 * HOUR);
	});

	it('go on by their own length', () => {
		expect(step('month', day('2026-01-31'), 1).toString()).toBe('2026-02-01');
		expect(step('fortnight', day('2026-11-18'), -1).toString()).toBe('2026-11-02');
		expect(rangeName(rangeOf('week', day('2026-12-30'), 'UTC'))).toBe('28 December 2026 – 3 January 2027');
		expect(rangeName(rangeOf('week', day('2026-11-30'), 'UTC'))).toBe('30 November – 6 December 2026');
	});
});

describe('ticks', () => {
	const labels = (zone: string, date: string, width: number) =>
		hourTicks(rangeOf('day', day(date), zone), width).map(({ label }) => label);

	it('show an hour twice that comes twice', () => {
		expect(labels('Europe/Berlin', '2026-10-25', 1200).filter((label) => label === '02:00')).toHaveLength(2);
		expect(labels('Africa/Cairo', '2026-10-29', 1200).filter((label) => label === '23:00')).toHaveLength(2);
	});

	it('leave out an hour that is skipped', () => {
		expect(labels('America/New_York', '2027-03-14', 1200)).not.toContain('02:00');
		expect(labels('Africa/Cairo', '2027-04-30', 1200)[0]).toBe('01:00');
	});

	it('go on at full hours where clocks move by half of one', () => {
		expect(labels('Australia/Lord_Howe', '2027-04-04', 1200)).toHaveLength(24);
		// 02:00 is skipped: the clock goes from 01:59 to 02:30.
		expect(labels('Australia/Lord_Howe', '2027-10-03', 1200)).toHaveLength(23);
	});

	it('are fewer where there is less room', () => {
		expect(labels('UTC', '2026-11-16', 400)).toHaveLength(8);
		expect(hourTicks(rangeOf('month', day('2026-11-16'), 'UTC'), 900)).toEqual([]);
	});
});

it('places by instants: noon of a long day is past its middle', () => {
	const range = rangeOf('day', day('2026-10-25'), 'Europe/Berlin');
	const noon = Date.parse('2026-10-25T11:00:00Z');
	expect(timeText(noon, 'Europe/Berlin')).toBe('12:00');
	expect(placeIn(noon, range)).toBeCloseTo(13 / 25);
});
