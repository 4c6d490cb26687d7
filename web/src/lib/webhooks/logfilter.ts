// The filter of deliveries: its one place is the address, so that a view can be shared and gone back to.
import { sinceOf, withinOf, type Within } from '$lib/ui/within';
import type { DeliveryQuery } from './api';
import { STATES } from './words';

export interface DeliveryFilter {
	state: keyof typeof STATES | '';
	endpoint: string;
	event: string;
	within: Within | '';
}

export const NO_FILTER: DeliveryFilter = { state: '', endpoint: '', event: '', within: '' };

const NAMES = ['state', 'endpoint', 'event', 'within'] as const;
const EVENT = /^[a-z_]{1,40}\.[a-z_]{1,40}$/;
const ID = /^[0-9a-f-]{36}$/;

export function filterOf(params: URLSearchParams): DeliveryFilter {
	const said = (name: string) => params.get(name) ?? '';
	const state = said('state');
	return {
		state: state in STATES ? (state as DeliveryFilter['state']) : '',
		endpoint: ID.test(said('endpoint')) ? said('endpoint') : '',
		event: EVENT.test(said('event')) ? said('event') : '',
		within: withinOf(said('within'))
	};
}

export function addressOf(filter: DeliveryFilter): string {
	const params = new URLSearchParams();
	for (const name of NAMES) if (filter[name]) params.set(name, filter[name]);
	return params.size ? `/webhooks/deliveries?${params}` : '/webhooks/deliveries';
}

export const queryOf = (filter: DeliveryFilter, now: number): DeliveryQuery => ({
	...(filter.state && { state: filter.state }),
	...(filter.endpoint && { endpoint_id: filter.endpoint }),
	...(filter.event && { event_type: filter.event }),
	...(filter.within && { since: sinceOf(filter.within, now) })
});
