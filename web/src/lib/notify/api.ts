// What the console asks the server about channels and what was sent over them.
import { api } from '$lib/api/client';
import { take } from '$lib/api/problem';
import type { Channel, ChannelKind, Notification, PageOf } from '$lib/api/types';

const at = (id: string) => ({ params: { path: { channel_id: id } } });

export const channels = (): Promise<PageOf<Channel>> =>
	take(api.GET('/api/v1/notifications/channels', { params: { query: { page_size: 100 } } }));

export const channelKinds = async (): Promise<ChannelKind[]> =>
	(await take(api.GET('/api/v1/notifications/channels/kinds'))).items;

/** Under which address the server is reached from outside. */
export const publicUrl = async (): Promise<string> => (await take(api.GET('/api/v1/meta'))).public_url;

export interface ChannelInput {
	name: string;
	bundle_seconds?: number;
	follow_ups?: boolean;
	config: Record<string, unknown>;
}

export const createChannel = (channel_type: Channel['channel_type'], input: ChannelInput) =>
	take(api.POST('/api/v1/notifications/channels', { body: { ...input, channel_type, enabled: true } }));

export const editChannel = (
	id: string,
	version: number,
	patch: Partial<ChannelInput> & { enabled?: boolean }
) =>
	take(api.PATCH('/api/v1/notifications/channels/{channel_id}', { ...at(id), body: { ...patch, version } }));

export const deleteChannel = (id: string) =>
	take(api.DELETE('/api/v1/notifications/channels/{channel_id}', at(id)));

export const testChannel = (id: string) =>
	take(api.POST('/api/v1/notifications/channels/{channel_id}/test', { ...at(id), body: {} }));

export type DeliveryStatus = Notification['status'];

export interface LogQuery {
	status?: DeliveryStatus[];
	channel_id?: string;
	user_id?: string;
	alert_id?: string;
	from?: string;
	cursor?: string;
	page_size?: number;
}

export const notifications = (query: LogQuery): Promise<PageOf<Notification>> =>
	take(api.GET('/api/v1/notifications/logs', { params: { query: { page_size: 50, ...query } } }));

export const notificationsOf = (alert_id: string): Promise<PageOf<Notification>> =>
	take(
		api.GET('/api/v1/notifications/logs/alert/{alert_id}', {
			params: { path: { alert_id }, query: { page_size: 100 } }
		})
	);

export const statusOf = (text: string | null): DeliveryStatus | null =>
	(['pending', 'sending', 'sent', 'delivered', 'failed', 'cancelled', 'suppressed'] as const).find(
		(status) => status === text
	) ?? null;
