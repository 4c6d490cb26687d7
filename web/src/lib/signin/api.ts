// What the console asks the server about how people sign in.
import { api, open } from '$lib/api/client';
import { take } from '$lib/api/problem';
import type { MySession, Passkey, PageOf } from '$lib/api/types';
import { begin } from '$lib/people/api';

export const signInOptions = () => take(open.GET('/api/v1/auth/options'));

export const forget = (email: string) =>
	take(open.POST('/api/v1/auth/password/forgotten', { body: { email } }));

export const resetPassword = (token: string, password: string) =>
	take(open.POST('/api/v1/auth/password/reset', { body: { token, password } }));

export const verifyEmail = (token: string) =>
	take(open.POST('/api/v1/auth/email/verify', { body: { token } }));

/** One of these. */
export interface Shown {
	code?: string;
	recovery_code?: string;
	credential?: Record<string, unknown>;
}

export const giveSecondFactor = async (challenge: string, shown: Shown) =>
	begin(
		await take(open.POST('/api/v1/auth/second-factor', { body: { challenge, ...shown, session: 'cookie' } }))
	);

export const askSecondFactor = (challenge: string) =>
	take(open.POST('/api/v1/auth/second-factor/passkey', { body: { challenge } }));

export const askPasskey = () => take(open.POST('/api/v1/auth/passkey/options'));

export const logInByPasskey = async (challenge: string, credential: Record<string, unknown>) =>
	begin(
		await take(open.POST('/api/v1/auth/passkey', { body: { challenge, credential, session: 'cookie' } }))
	);

export const security = () => take(api.GET('/api/v1/auth/security'));

export const askToConfirm = () => take(api.POST('/api/v1/auth/confirm/passkey'));

export const confirm = (shown: Shown & { password?: string; challenge?: string }) =>
	take(api.POST('/api/v1/auth/confirm', { body: shown }));

export const changePassword = (current_password: string, new_password: string) =>
	take(api.PUT('/api/v1/auth/password', { body: { current_password, new_password } }));

export const changeEmail = (email: string) => take(api.PUT('/api/v1/auth/email', { body: { email } }));

export const mailVerification = () => take(api.POST('/api/v1/auth/email/verification'));

export const beginTotp = () => take(api.POST('/api/v1/auth/totp'));

export const confirmTotp = async (code: string) =>
	(await take(api.POST('/api/v1/auth/totp/confirm', { body: { code } }))).recovery_codes;

export const removeTotp = () => take(api.DELETE('/api/v1/auth/totp'));

export const newRecoveryCodes = async () =>
	(await take(api.POST('/api/v1/auth/recovery-codes'))).recovery_codes;

const some = (cursor?: string) => ({ params: { query: { page_size: 100, cursor } } });

export const passkeys = (cursor?: string): Promise<PageOf<Passkey>> =>
	take(api.GET('/api/v1/auth/passkeys', some(cursor)));

export const askNewPasskey = () => take(api.POST('/api/v1/auth/passkeys/options'));

export const addPasskey = (name: string, challenge: string, credential: Record<string, unknown>) =>
	take(api.POST('/api/v1/auth/passkeys', { body: { name, challenge, credential } }));

const passkeyAt = (id: string) => ({ params: { path: { passkey_id: id } } });

export const renamePasskey = (id: string, name: string) =>
	take(api.PATCH('/api/v1/auth/passkeys/{passkey_id}', { ...passkeyAt(id), body: { name } }));

export const removePasskey = (id: string) =>
	take(api.DELETE('/api/v1/auth/passkeys/{passkey_id}', passkeyAt(id)));

export const sessions = (cursor?: string): Promise<PageOf<MySession>> =>
	take(api.GET('/api/v1/auth/sessions', some(cursor)));

export const endSession = (id: string) =>
	take(api.DELETE('/api/v1/auth/sessions/{session_id}', { params: { path: { session_id: id } } }));

export const endOtherSessions = () => take(api.POST('/api/v1/auth/sessions/end-others'));

export const requirement = () => take(api.GET('/api/v1/organizations/current/sign-in'));

export const requireSecondFactor = (second_factor_required: boolean) =>
	take(api.PUT('/api/v1/organizations/current/sign-in', { body: { second_factor_required } }));
