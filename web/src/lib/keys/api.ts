// What the console asks the server about API keys.
import { api } from '$lib/api/client';
import { take } from '$lib/api/problem';
import type { ApiKey, ApiKeyScope, PageOf } from '$lib/api/types';

const at = (id: string) => ({ params: { path: { key_id: id } } });

export const apiKeys = (cursor?: string): Promise<PageOf<ApiKey>> =>
	take(api.GET('/api/v1/api-keys', { params: { query: { page_size: 100, cursor } } }));

export interface ApiKeyInput {
	name: string;
	scopes: ApiKeyScope[];
	expires_at: string | null;
}

/** A key is bound to a team from the beginning, or never. */
export const createApiKey = (input: ApiKeyInput, team_id: string | null) =>
	take(api.POST('/api/v1/api-keys', { body: { ...input, team_id } }));

export const editApiKey = (id: string, version: number, input: ApiKeyInput) =>
	take(api.PATCH('/api/v1/api-keys/{key_id}', { ...at(id), body: { ...input, version } }));

export const rotateApiKey = (id: string, overlap_hours: number) =>
	take(api.POST('/api/v1/api-keys/{key_id}/rotate', { ...at(id), body: { overlap_hours } }));

export const revokeApiKey = (id: string) => take(api.DELETE('/api/v1/api-keys/{key_id}', at(id)));
