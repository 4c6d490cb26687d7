// What the console asks the server about the devices that take push.
import { api } from '$lib/api/client';
import { take } from '$lib/api/problem';
import type { ChannelTest, Device } from '$lib/api/types';

export interface Subscription {
	endpoint: string;
	p256dh: string;
	auth: string;
}

const at = (id: string) => ({ params: { path: { device_id: id } } });

export const pushKey = async (): Promise<string> =>
	(await take(api.GET('/api/v1/users/me/devices/key'))).public_key;

export const devices = async (): Promise<Device[]> =>
	(await take(api.GET('/api/v1/users/me/devices', { params: { query: { page_size: 100 } } }))).items;

export const addDevice = (name: string, subscription: Subscription): Promise<Device> =>
	take(api.POST('/api/v1/users/me/devices', { body: { name, subscription } }));

export const renewDevice = (id: string, subscription: Subscription): Promise<Device> =>
	take(api.PATCH('/api/v1/users/me/devices/{device_id}', { ...at(id), body: { subscription } }));

export const removeDevice = (id: string) => take(api.DELETE('/api/v1/users/me/devices/{device_id}', at(id)));

export const testDevice = (id: string): Promise<ChannelTest> =>
	take(api.POST('/api/v1/users/me/devices/{device_id}/test', at(id)));
