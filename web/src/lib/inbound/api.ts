// What the console asks the server about integrations: who may send alerts.
import { api } from '$lib/api/client';
import { take } from '$lib/api/problem';
import type {
	Integration,
	IntegrationSource,
	MappingDefinition,
	MappingTrial,
	PageOf,
	PayloadContent,
	Priority,
	ReceivedPayload
} from '$lib/api/types';

const at = (id: string) => ({ params: { path: { token_id: id } } });

export const integrations = (): Promise<PageOf<Integration>> =>
	take(api.GET('/api/v1/webhooks/incoming', { params: { query: { page_size: 100 } } }));

export const integration = (id: string) => take(api.GET('/api/v1/webhooks/incoming/{token_id}', at(id)));

export const sources = async (): Promise<IntegrationSource[]> =>
	(await take(api.GET('/api/v1/webhooks/incoming/sources'))).items;

export interface IntegrationInput {
	name: string;
	default_priority: Priority | null;
	default_tags: string[];
	team_id: string | null;
	escalation_policy_id: string | null;
	unreadable?: Integration['unreadable'];
	/** Left out: as it is. Null: none. */
	signing_secret?: string | null;
}

export const createIntegration = (
	integration_type: Integration['integration_type'],
	input: IntegrationInput
) => take(api.POST('/api/v1/webhooks/incoming', { body: { ...input, integration_type } }));

export const editIntegration = (
	id: string,
	version: number,
	patch: Partial<IntegrationInput> & { enabled?: boolean }
) => take(api.PATCH('/api/v1/webhooks/incoming/{token_id}', { ...at(id), body: { ...patch, version } }));

export const deleteIntegration = (id: string) =>
	take(api.DELETE('/api/v1/webhooks/incoming/{token_id}', at(id)));

/** The last fifty, the newest first. */
export const payloads = async (id: string): Promise<ReceivedPayload[]> =>
	(
		await take(
			api.GET('/api/v1/webhooks/incoming/{token_id}/payloads', {
				params: { path: { token_id: id }, query: { page_size: 50 } }
			})
		)
	).items;

const one = (id: string, payload: string) => ({ params: { path: { token_id: id, payload_id: payload } } });

export const payload = (id: string, payload_id: string): Promise<PayloadContent> =>
	take(api.GET('/api/v1/webhooks/incoming/{token_id}/payloads/{payload_id}', one(id, payload_id)));

export const replayPayload = (id: string, payload_id: string): Promise<PayloadContent> =>
	take(api.POST('/api/v1/webhooks/incoming/{token_id}/payloads/{payload_id}/replay', one(id, payload_id)));

export const mapping = (id: string) => take(api.GET('/api/v1/webhooks/incoming/{token_id}/mapping', at(id)));

/** Null removes it. `version` is the integration's. */
export const saveMapping = (id: string, version: number, definition: MappingDefinition | null) =>
	take(
		api.PUT('/api/v1/webhooks/incoming/{token_id}/mapping', {
			...at(id),
			body: { mapping: definition, version }
		})
	);

/** What would come of a payload; nothing is saved. */
export const tryMapping = (
	id: string,
	definition: MappingDefinition,
	payload: { payload: string } | { payload_id: string }
): Promise<MappingTrial> =>
	take(
		api.POST('/api/v1/webhooks/incoming/{token_id}/mapping/preview', {
			...at(id),
			body: { mapping: definition, ...payload }
		})
	);
