import { describe, expect, it } from 'vitest';
import { reasonOf } from './words';

describe('why somebody did not come in', () => {
	it('is told in words for each reason', () => {
		expect(reasonOf('deactivated')).toBe('You are deactivated in this organization.');
	});

	it('is never what somebody has written into the address', () => {
		expect(reasonOf('Call 555-1234 at once')).toBe('You could not be signed in. Begin again.');
		expect(reasonOf('toString')).toBe('You could not be signed in. Begin again.');
	});
});
