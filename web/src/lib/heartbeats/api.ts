// What the console asks the server about heartbeats.
import { api } from '$lib/api/client';
import { take } from '$lib/api/problem';
import type { Heartbeat, PageOf, Priority } from '$lib/api/types';

const at = (id: string) => ({ params: { path: { heartbeat_id: id } } });

export const heartbeats = (cursor?: string): Promise<PageOf<Heartbeat>> =>
	take(api.GET('/api/v1/heartbeats', { params: { query: { page_size: 100, cursor } } }));

export interface HeartbeatInput {
	name: string;
	description: string;
	interval_seconds: number;
	grace_seconds: number;
	priority: Priority;
	tags: string[];
	team_id: string | null;
}

export const createHeartbeat = (input: HeartbeatInput) =>
	take(api.POST('/api/v1/heartbeats', { body: input }));

export const editHeartbeat = (
	id: string,
	version: number,
	patch: Partial<HeartbeatInput> & { enabled?: boolean }
) => take(api.PATCH('/api/v1/heartbeats/{heartbeat_id}', { ...at(id), body: { ...patch, version } }));

export const renewHeartbeat = (id: string) =>
	take(api.POST('/api/v1/heartbeats/{heartbeat_id}/renew', at(id)));

export const deleteHeartbeat = (id: string) => take(api.DELETE('/api/v1/heartbeats/{heartbeat_id}', at(id)));
