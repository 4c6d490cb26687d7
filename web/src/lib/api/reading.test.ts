import { describe, expect, it } from 'vitest';
import { problemFrom } from './problem';
import { loginPath, nextPath, wayIn } from './reading';

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

describe('an organization that does not let somebody in like this', () => {
	const home = new URL('https://pulsar.test/');

	it('leads to its single sign-on', () => {
		const refused = problemFrom(403, { code: 'single_sign_on_needed', organization: 'acme-1f2e3d' });
		expect(wayIn(refused, home)).toBe('/login/sso?organization=acme-1f2e3d&reason=needed&next=%2F');
	});

	it('leads nowhere for any other reason', () => {
		expect(wayIn(problemFrom(403, { code: 'forbidden' }), home)).toBeUndefined();
		expect(wayIn(new Error('no'), home)).toBeUndefined();
	});
});
