// How does a guest show that the invitation is theirs?
import type { Guest } from '$lib/api/types';

export type Proof = 'session' | 'password' | 'account';

/** By the session of that account, by its password, or by making one. */
export function proofOf(guest: Pick<Guest, 'email' | 'account_exists'>, signedInAs: string | null): Proof {
	if (!guest.account_exists) return 'account';
	return signedInAs?.toLowerCase() === guest.email.toLowerCase() ? 'session' : 'password';
}
