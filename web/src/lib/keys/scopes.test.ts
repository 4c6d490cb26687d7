import { expect, test } from 'vitest';
import { dayOf, endOfDay, labelOf, mayGive, SCOPES } from './scopes';

test('an admin gives everything but admin, an owner that too', () => {
	expect(SCOPES.filter((one) => mayGive('admin', one.value)).map((one) => one.value)).toEqual([
		'read',
		'alerts',
		'on-call',
		'configuration'
	]);
	expect(SCOPES.every((one) => mayGive('owner', one.value))).toBe(true);
	expect(SCOPES.some((one) => mayGive('member', one.value))).toBe(false);
});

test('a key is good until the day that was chosen is over', () => {
	expect(endOfDay('')).toBeNull();
	expect(dayOf(endOfDay('2026-12-31'))).toBe('2026-12-31');
	expect(dayOf(null)).toBe('');
});

test('every scope has a name', () => {
	expect(labelOf('on-call')).toBe('On call');
});
