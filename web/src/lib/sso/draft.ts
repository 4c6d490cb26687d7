// What the form of single sign-on holds, made from what stands and turned into what is sent.
import type { SsoConnection, SsoInput } from '$lib/api/types';
import { mapOf, textOf } from '$lib/ui/pairs';

export interface Draft {
	issuer: string;
	client_id: string;
	client_secret: string;
	domains: string[];
	enabled: boolean;
	required: boolean;
	makes_members: boolean;
	new_role: SsoConnection['new_role'];
	role_claim: string;
	/** `group: role`, a line each. */
	roles: string;
}

export const draftOf = (connection: SsoConnection | null): Draft => ({
	issuer: connection?.issuer ?? '',
	client_id: connection?.client_id ?? '',
	client_secret: '',
	domains: connection?.domains.map(({ name }) => name) ?? [],
	enabled: connection?.enabled ?? true,
	required: connection?.required ?? false,
	makes_members: connection?.makes_members ?? false,
	new_role: connection?.new_role ?? 'member',
	role_claim: connection?.role_claim ?? '',
	roles: textOf(connection?.role_map ?? {})
});

/** The secret that is there is never read back: an empty one leaves it as it is. */
export const secretOf = (draft: Draft): string | null => draft.client_secret.trim() || null;

export const inputOf = (draft: Draft, version: number): SsoInput => {
	const { roles, ...rest } = draft;
	return {
		...rest,
		issuer: draft.issuer.trim(),
		client_id: draft.client_id.trim(),
		client_secret: secretOf(draft),
		role_claim: draft.role_claim.trim(),
		role_map: mapOf(roles) as SsoInput['role_map'],
		version
	};
};
