// Whom may I make what? As the server decides it; this only offers what it would not refuse.
import type { Member, Role } from '$lib/api/types';
import { can } from './roles';

export const ROLES: Role[] = ['viewer', 'member', 'admin', 'owner'];

export interface Actor {
	id: string;
	role: Role;
}

/** The roles that somebody may give to others. */
export const grantable = (role: Role): Role[] =>
	can(role, 'own') ? ROLES : can(role, 'configure') ? ROLES.filter((one) => one !== 'owner') : [];

/** What a member's role may be changed to; none when it may not be changed. An owner may step down. */
export function rolesFor(actor: Actor, member: Pick<Member, 'id' | 'role' | 'active'>): Role[] {
	const roles = grantable(actor.role);
	if (member.id === actor.id) return actor.role === 'owner' ? roles : [];
	return member.active && roles.includes(member.role) ? roles : [];
}

export const maySwitch = (actor: Actor, member: Pick<Member, 'id' | 'role'>): boolean =>
	member.id !== actor.id && grantable(actor.role).includes(member.role);
