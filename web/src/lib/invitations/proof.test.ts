import { expect, it } from 'vitest';
import { proofOf } from './proof';

it.each([
	[false, null, 'account'],
	[false, 'gil@example.org', 'account'],
	[true, null, 'password'],
	[true, 'Gil@Example.org', 'session'],
	[true, 'ana@example.org', 'password']
] as const)('account exists: %s, logged in as %s: by %s', (account_exists, signedInAs, proof) => {
	expect(proofOf({ email: 'gil@example.org', account_exists }, signedInAs)).toBe(proof);
});
