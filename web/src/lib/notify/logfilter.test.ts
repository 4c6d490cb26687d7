import { describe, expect, it } from 'vitest';
import { logAddress, logFilterOf, logQueryOf, NO_LOG_FILTER } from './logfilter';

const filter = { status: 'suppressed', channel: 'c1', user: 'me', alert: 'a1', within: '24h' } as const;

describe('the delivery log’s filter', () => {
	it('comes back from its address as it was', () => {
		const address = logAddress(filter);
		expect(logFilterOf(new URLSearchParams(address.split('?')[1]))).toEqual(filter);
		expect(logAddress(NO_LOG_FILTER)).toBe('/notifications');
	});

	it('takes nothing from an address that it does not know', () => {
		expect(logFilterOf(new URLSearchParams('status=lost&within=2h&colour=red'))).toEqual(NO_LOG_FILTER);
	});

	it('asks the server for the reader by their id, and from an instant on', () => {
		const now = Date.parse('2026-11-24T12:00:00Z');
		expect(logQueryOf(filter, 'u1', now)).toEqual({
			status: ['suppressed'],
			channel_id: 'c1',
			user_id: 'u1',
			alert_id: 'a1',
			from: '2026-11-23T12:00:00.000Z'
		});
		expect(logQueryOf(NO_LOG_FILTER, 'u1', now)).toEqual({});
	});

	it('counts what is on its way as waiting, and what has arrived as sent', () => {
		expect(logQueryOf({ ...NO_LOG_FILTER, status: 'pending' }, '', 0).status).toEqual(['pending', 'sending']);
		expect(logQueryOf({ ...NO_LOG_FILTER, status: 'sent' }, '', 0).status).toEqual(['sent', 'delivered']);
	});
});
