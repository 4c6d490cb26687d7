// What the console asks the server about accounts at Slack and the like, by whose buttons somebody acts.
import { api } from '$lib/api/client';
import { take } from '$lib/api/problem';
import type { AccountOffer, LinkedAccount } from '$lib/api/types';

export const accounts = async (): Promise<LinkedAccount[]> =>
	(await take(api.GET('/api/v1/users/me/accounts', { params: { query: { page_size: 100 } } }))).items;

/** Whose account a link is for; changes nothing. */
export const lookAtOffer = (offer: string): Promise<AccountOffer> =>
	take(api.POST('/api/v1/users/me/accounts/look', { body: { offer } }));

export const linkAccount = (offer: string): Promise<LinkedAccount> =>
	take(api.POST('/api/v1/users/me/accounts', { body: { offer } }));

export const unlinkAccount = (id: string) =>
	take(api.DELETE('/api/v1/users/me/accounts/{account_id}', { params: { path: { account_id: id } } }));

export const PROVIDERS: Record<LinkedAccount['provider'], string> = { slack: 'Slack', telegram: 'Telegram' };
