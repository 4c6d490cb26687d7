// What may a role do? The server decides; this only hides what it would refuse.
import type { Role } from '$lib/api/types';

const ORDER: Role[] = ['viewer', 'member', 'admin', 'owner'];
const NEEDED = { respond: 'member', configure: 'admin', own: 'owner' } as const;

export type Right = keyof typeof NEEDED;

export const can = (role: Role, right: Right): boolean => ORDER.indexOf(role) >= ORDER.indexOf(NEEDED[right]);

export const ROLE_NAMES: Record<Role, string> = {
	owner: 'Owner',
	admin: 'Admin',
	member: 'Member',
	viewer: 'Viewer'
};

const METHODS: Record<string, string> = {
	invitation: 'invitation',
	passkey: 'passkey',
	password: 'password',
	recovery_code: 'recovery code',
	sso: 'single sign-on',
	totp: 'app'
};

/** How somebody has signed in: `password+totp` is two steps. */
export const methodOf = (method: string): string =>
	method
		.split('+')
		.map((part) => METHODS[part] ?? part)
		.join(' and ');
