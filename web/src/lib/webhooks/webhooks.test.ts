import { describe, expect, it } from 'vitest';
import type { Webhook } from '$lib/api/types';
import { draftOf, inputOf, triedForSeconds } from './draft';
import { addressOf, filterOf, NO_FILTER, queryOf } from './logfilter';
import { hearsOf, pretty } from './words';

const webhook = {
	name: 'Chat',
	url: 'https://example.org/hook',
	alert_closed: true,
	patterns: ['schedule.*'],
	team_ids: [],
	priorities: ['P1'],
	headers: [
		{ name: 'Authorization', value: null, secret: true },
		{ name: 'X-From', value: 'Pulsar', secret: false }
	],
	timeout_seconds: 3,
	max_retries: 2,
	retry_delay_seconds: 7
} as unknown as Webhook;

describe('the form of a webhook', () => {
	it('gives back what it was given, and of a secret header nothing', () => {
		const input = inputOf(draftOf(webhook));
		expect(input.alert_closed).toBe(true);
		expect(input.alert_created).toBe(false);
		expect(input.headers).toEqual(webhook.headers);
		expect([input.timeout_seconds, input.max_retries, input.retry_delay_seconds]).toEqual([3, 2, 7]);
	});

	it('sends a secret that was typed anew, and no header without a name', () => {
		const draft = draftOf(webhook);
		draft.headers[0]!.value = 'Bearer new';
		draft.headers.push({ name: ' ', value: 'x', secret: false, kept: false });
		expect(inputOf(draft).headers).toEqual([
			{ name: 'Authorization', value: 'Bearer new', secret: true },
			{ name: 'X-From', value: 'Pulsar', secret: false }
		]);
	});

	it('knows for how long it is tried', () => {
		expect(triedForSeconds(0, 5)).toBe(0);
		expect(triedForSeconds(3, 5)).toBe(35);
		expect(triedForSeconds(30, 3600)).toBe(3600 + 7200 + 14400 + 27 * 21600);
	});
});

describe('the filter of deliveries', () => {
	it('stands in the address and comes back from it', () => {
		const filter = { ...NO_FILTER, state: 'failed' as const, event: 'alert.closed', within: '24h' as const };
		const params = new URLSearchParams(addressOf(filter).split('?')[1]);
		expect(filterOf(params)).toEqual(filter);
		expect(queryOf(filter, 86_400_000)).toEqual({
			state: 'failed',
			event_type: 'alert.closed',
			since: '1970-01-01T00:00:00.000Z'
		});
	});

	it('leaves out what makes no sense', () => {
		expect(filterOf(new URLSearchParams('state=x&endpoint=y&event=z&within=1y'))).toEqual(NO_FILTER);
	});
});

it('says in a line what a webhook hears of', () => {
	expect(hearsOf(webhook)).toBe('Alert closed, schedule.*');
});

it('shows JSON with its lines and anything else as it is', () => {
	expect(pretty('{"a":1}')).toBe('{\n  "a": 1\n}');
	expect(pretty('<html>')).toBe('<html>');
});
