import { describe, expect, it } from 'vitest';
import { loginPath, nextPath } from './reading';

describe('the way back after logging in', () => {
	it('returns to the page and its filters', () => {
		const path = loginPath(new URL('https://pulsar.test/alerts?status=open'));
		expect(nextPath(new URL(path, 'https://pulsar.test'))).toBe('/alerts?status=open');
	});

	it.each(['https://evil.test/', '//evil.test', '/\\evil.test', 'javascript:alert(1)'])(
		'never leads to %s',
		(next) => {
			expect(nextPath(new URL(`https://pulsar.test/login?next=${encodeURIComponent(next)}`))).toBe('/');
		}
	);
});
