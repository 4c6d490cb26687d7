// What the console asks the server about webhooks: endpoints, and what was sent to them.
import { api } from '$lib/api/client';
import { take } from '$lib/api/problem';
import type { NewWebhook, PageOf, RedeliverInput, Webhook, WebhookDelivery } from '$lib/api/types';
import type { paths } from '$lib/api/schema';

const endpoint = (id: string) => ({ params: { path: { endpoint_id: id } } });
const delivery = (id: string) => ({ params: { path: { delivery_id: id } } });

export const webhooks = (cursor?: string): Promise<PageOf<Webhook>> =>
	take(api.GET('/api/v1/webhooks/endpoints', { params: { query: { page_size: 100, cursor } } }));

export const createWebhook = (input: NewWebhook) =>
	take(api.POST('/api/v1/webhooks/endpoints', { body: input }));

export const editWebhook = (id: string, version: number, patch: Partial<NewWebhook>) =>
	take(
		api.PATCH('/api/v1/webhooks/endpoints/{endpoint_id}', { ...endpoint(id), body: { ...patch, version } })
	);

export const rotateSecret = (id: string, hours: number) =>
	take(
		api.POST('/api/v1/webhooks/endpoints/{endpoint_id}/rotate-secret', {
			...endpoint(id),
			body: { overlap_hours: hours }
		})
	);

export const testWebhook = (id: string) =>
	take(api.POST('/api/v1/webhooks/endpoints/{endpoint_id}/test', endpoint(id)));

export const redeliverRange = (id: string, body: RedeliverInput) =>
	take(api.POST('/api/v1/webhooks/endpoints/{endpoint_id}/redeliver', { ...endpoint(id), body }));

export const deleteWebhook = (id: string) =>
	take(api.DELETE('/api/v1/webhooks/endpoints/{endpoint_id}', endpoint(id)));

export type DeliveryQuery = NonNullable<paths['/api/v1/webhooks/deliveries']['get']['parameters']['query']>;

export const deliveries = (
	query: DeliveryQuery
): Promise<PageOf<WebhookDelivery> & { total_is_exact: boolean }> =>
	take(api.GET('/api/v1/webhooks/deliveries', { params: { query: { page_size: 50, ...query } } }));

export const wholeDelivery = (id: string) =>
	take(api.GET('/api/v1/webhooks/deliveries/{delivery_id}', delivery(id)));

export const redeliver = (id: string) =>
	take(api.POST('/api/v1/webhooks/deliveries/{delivery_id}/redeliver', delivery(id)));
