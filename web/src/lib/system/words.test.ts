import { describe, expect, it } from 'vitest';
import { jobName, lateness, size, versionsOf } from './words';

describe('figures about the installation', () => {
	it.each([
		[0, '0 bytes'],
		[999, '999 bytes'],
		[1_200, '1.2 kB'],
		[46_000_000, '46 MB'],
		[1_300_000_000_000_000, '1300 TB']
	])('%i bytes are "%s"', (bytes, words) => expect(size(bytes)).toBe(words));

	it.each([
		[0.4, 'on time'],
		[30, '30 s'],
		[600, '10 min']
	])('what is late by %f seconds is "%s"', (seconds, words) => expect(lateness(seconds)).toBe(words));

	it('names a job in words', () => expect(jobName('notify.deliver_one')).toBe('notify deliver one'));

	it('counts the versions of those who are heard of', () => {
		const old = { version: '1.0.0', heard: true };
		expect(versionsOf([old, old, { version: '0.9.0', heard: false }])).toEqual(['1.0.0']);
	});
});
