// The delivery log's filter: its one place is the address, so that a view can be shared and gone back to.
import { sinceOf, withinOf, type Within } from '$lib/ui/within';
import type { LogQuery } from './api';
import { statusOf, type DeliveryStatus } from './api';

export interface LogFilter {
	status: DeliveryStatus | '';
	channel: string;
	/** "me", an id, or anybody. */
	user: string;
	alert: string;
	within: Within | '';
}

export const NO_LOG_FILTER: LogFilter = { status: '', channel: '', user: '', alert: '', within: '' };

const NAMES = ['status', 'channel', 'user', 'alert', 'within'] as const;

export function logFilterOf(params: URLSearchParams): LogFilter {
	return {
		status: statusOf(params.get('status')) ?? '',
		channel: params.get('channel') ?? '',
		user: params.get('user') ?? '',
		alert: params.get('alert') ?? '',
		within: withinOf(params.get('within'))
	};
}

export function logAddress(filter: LogFilter): string {
	const params = new URLSearchParams();
	for (const name of NAMES) if (filter[name]) params.set(name, filter[name]);
	return params.size ? `/notifications?${params}` : '/notifications';
}

/** What is asked of the server; "pending" as people mean it includes what is being sent. */
export function logQueryOf(filter: LogFilter, me: string, now: number): LogQuery {
	const statuses: Partial<Record<DeliveryStatus, DeliveryStatus[]>> = {
		pending: ['pending', 'sending'],
		sent: ['sent', 'delivered']
	};
	return {
		...(filter.status && { status: statuses[filter.status] ?? [filter.status] }),
		...(filter.channel && { channel_id: filter.channel }),
		...(filter.user && { user_id: filter.user === 'me' ? me : filter.user }),
		...(filter.alert && { alert_id: filter.alert }),
		...(filter.within && { from: sinceOf(filter.within, now) })
	};
}
