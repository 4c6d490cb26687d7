// What the console asks the server about single sign-on.
import { api, open } from '$lib/api/client';
import { take } from '$lib/api/problem';
import type { PageOf, SsoDraft, SsoIdentity, SsoInput, SsoSettings } from '$lib/api/types';

/** Where to send the browser of whoever enters an organization's slug, or their address. */
export async function findSso(entered: string): Promise<string> {
	const body = entered.includes('@') ? { email: entered } : { organization: entered };
	return (await take(open.POST('/api/v1/auth/sso/find', { body }))).url;
}

export const ssoSettings = (): Promise<SsoSettings> => take(api.GET('/api/v1/sso'));

export const configureSso = (body: SsoInput) => take(api.PUT('/api/v1/sso', { body }));

export const testSso = async (body: SsoDraft) => (await take(api.POST('/api/v1/sso/test', { body }))).items;

export const removeSso = () => take(api.DELETE('/api/v1/sso'));

export const verifyDomain = (domain: string) =>
	take(api.POST('/api/v1/sso/domains/verify', { body: { domain } }));

export const identities = (cursor?: string): Promise<PageOf<SsoIdentity>> =>
	take(api.GET('/api/v1/sso/identities', { params: { query: { page_size: 100, cursor } } }));

export const unlink = (identity_id: string) =>
	take(api.DELETE('/api/v1/sso/identities/{identity_id}', { params: { path: { identity_id } } }));
