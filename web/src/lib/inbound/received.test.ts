import { expect, it } from 'vitest';
import type { ReceivedPayload } from '$lib/api/types';
import { bytes, pretty, summary } from './received';

const result = (result: string, number: number | null = 7) => ({
	result,
	number,
	alias: 'a',
	alert_id: null
});
const payload = (results: ReturnType<typeof result>[], signals = results.length) =>
	({ results, signals }) as unknown as ReceivedPayload;

it('names the alert where it is one, and counts where they are many', () => {
	expect(summary(payload([]))).toBe('');
	expect(summary(payload([result('created')]))).toBe('#7 opened');
	expect(summary(payload([result('ignored', null)]))).toBe('without effect');
	expect(summary(payload([result('created'), result('created'), result('closed')]))).toBe(
		'2 opened, 1 closed'
	);
	expect(summary(payload([result('created'), result('created')], 300))).toBe('300 signals');
});

it('says sizes as people read them', () => {
	expect([12, 2048, 70_000].map(bytes)).toEqual(['12 B', '2.0 KiB', '68 KiB']);
});

it('indents JSON and leaves alone what is none', () => {
	expect(pretty('{"a":1}')).toBe('{\n  "a": 1\n}');
	expect(pretty('{"a":')).toBe('{"a":');
});
