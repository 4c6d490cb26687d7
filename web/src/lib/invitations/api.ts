// What the console asks the server about invitations: for who invites, and for the guest.
import { api, open } from '$lib/api/client';
import { pages } from '$lib/api/pages';
import { take } from '$lib/api/problem';
import type { Guest, Invitation, PageOf, Role, SentInvitation } from '$lib/api/types';
import { begin } from '$lib/people/api';

const at = (id: string) => ({ params: { path: { invitation_id: id } } });

export const invitations = (): Promise<PageOf<Invitation>> =>
	pages((cursor) => take(api.GET('/api/v1/invitations', { params: { query: { page_size: 100, cursor } } })));

export interface InvitationInput {
	email: string;
	role: Role;
	team_ids: string[];
}

export const invite = (body: InvitationInput): Promise<SentInvitation> =>
	take(api.POST('/api/v1/invitations', { body }));

export const resend = (id: string): Promise<SentInvitation> =>
	take(api.POST('/api/v1/invitations/{invitation_id}/resend', at(id)));

export const revoke = (id: string) => take(api.DELETE('/api/v1/invitations/{invitation_id}', at(id)));

export const look = (token: string): Promise<Guest> =>
	take(open.POST('/api/v1/invitations/look', { body: { token } }));

export interface NewAccount {
	full_name: string;
	username: string;
	password: string;
}

const accept = (client: typeof api, token: string, proof: Partial<NewAccount>) =>
	take(client.POST('/api/v1/invitations/accept', { body: { token, session: 'cookie', ...proof } }));

/** With a new account, or with the password of the one that there is. */
export const acceptWith = async (token: string, proof: NewAccount | { password: string }) =>
	begin(await accept(open, token, proof));

/** With the session that this browser has. */
export const acceptSignedIn = async (token: string) => begin(await accept(api, token, {}));
