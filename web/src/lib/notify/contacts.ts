// What the console asks the server about the numbers under which somebody is reached.
import { api } from '$lib/api/client';
import { take } from '$lib/api/problem';
import type { CodeSent, Contact } from '$lib/api/types';

const at = (id: string) => ({ params: { path: { contact_id: id } } });

export const contacts = async (): Promise<Contact[]> =>
	(await take(api.GET('/api/v1/users/me/contacts', { params: { query: { page_size: 100 } } }))).items;

export const addContact = (value: string): Promise<CodeSent> =>
	take(api.POST('/api/v1/users/me/contacts', { body: { kind: 'phone', value } }));

export const sendCode = (id: string): Promise<CodeSent> =>
	take(api.POST('/api/v1/users/me/contacts/{contact_id}/code', { ...at(id), body: {} }));

export const verifyContact = (id: string, code: string): Promise<Contact> =>
	take(api.POST('/api/v1/users/me/contacts/{contact_id}/verify', { ...at(id), body: { code } }));

export const deleteContact = (id: string) =>
	take(api.DELETE('/api/v1/users/me/contacts/{contact_id}', at(id)));
