import { describe, expect, it } from 'vitest';
import { SignedOut } from './problem';
import { Session, type Grant, type SessionWorld } from './session';

function world(grants: (Grant | null)[], clock = { now: 0 }) {
	const seen = { refreshes: 0, organizationChanges: 0 };
	const it: SessionWorld = {
		refresh: async () => {
			seen.refreshes += 1;
			return grants.shift() ?? null;
		},
		exclusively: (work) => work(),
		now: () => clock.now,
		organizationChanged: () => (seen.organizationChanges += 1)
	};
	return { session: new Session(it), seen, clock };
}

const grant = (accessToken: string, organizationId = 'org'): Grant => ({
	accessToken,
	organizationId,
	expiresInSeconds: 900
});

describe('the session', () => {
	it('asks once when many requests need a token at the same moment', async () => {
		const { session, seen } = world([grant('a')]);
		expect(await Promise.all([session.token(), session.token(), session.token()])).toEqual(['a', 'a', 'a']);
		expect(seen.refreshes).toBe(1);
	});

	it('renews shortly before the token runs out, not after', async () => {
		const { session, clock } = world([grant('a'), grant('b')]);
		await session.token();
		clock.now = 869_000;
		expect(await session.token()).toBe('a');
		clock.now = 871_000;
		expect(await session.token()).toBe('b');
	});

	it('does not renew again for a token that was already replaced', async () => {
		const { session, seen } = world([grant('a'), grant('b')]);
		await session.token();
		await session.renew('a');
		expect(await session.renew('a')).toBe('b');
		expect(seen.refreshes).toBe(2);
	});

	it('is over when the cookie is refused, and may begin anew', async () => {
		const { session } = world([null, grant('a')]);
		await expect(session.token()).rejects.toBeInstanceOf(SignedOut);
		expect(await session.token()).toBe('a');
	});

	it('notices that another tab switched the organization', async () => {
		const { session, seen } = world([grant('a', 'one'), grant('b', 'two')]);
		await session.token();
		await session.renew('a');
		expect(seen.organizationChanges).toBe(1);
	});
});
