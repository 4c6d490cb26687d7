import { describe, expect, it } from 'vitest';
import type { Alert, PageOf } from '$lib/api/types';
import { Inbox } from './inbox.svelte';
import { alertNumber } from './sample';

function stage(alerts: Alert[], size = 3) {
	const seen = { scrolled: false, ones: [] as string[] };
	const page = async (cursor?: string): Promise<PageOf<Alert>> => {
		const rest = alerts.filter((alert) => alert.status !== 'closed').sort((a, b) => b.number - a.number);
		const from = Number(cursor ?? 0);
		const next = from + size < rest.length ? String(from + size) : null;
		return { items: rest.slice(from, from + size), total: rest.length, next_cursor: next };
	};
	const inbox = new Inbox({
		page,
		one: async (id) => {
			seen.ones.push(id);
			return alerts.find((alert) => alert.id === id) ?? null;
		},
		belongs: (alert) => alert.status !== 'closed',
		scrolled: () => seen.scrolled
	});
	const change = (id: string, more: Partial<Alert>) => {
		const index = alerts.findIndex((alert) => alert.id === id);
		alerts[index] = { ...(alerts[index] as Alert), ...more };
		inbox.hear({ id: 1, type: 'alert.updated', payload: { subject: { type: 'alert', id } }, timestamp: '' });
	};
	return { inbox, seen, alerts, change, load: async () => inbox.receive('q', await page()) };
}

const numbers = (inbox: Inbox) => inbox.rows.map((row) => row.number);
const some = (count: number) => Array.from({ length: count }, (_, i) => alertNumber(i + 1));

describe('the inbox', () => {
	it('loads page after page', async () => {
		const { inbox, load } = stage(some(7));
		await load();
		await inbox.more();
		expect(numbers(inbox)).toEqual([7, 6, 5, 4, 3, 2]);
		await inbox.more();
		expect(numbers(inbox)).toEqual([7, 6, 5, 4, 3, 2, 1]);
		expect(inbox.hasMore).toBe(false);
	});

	it('holds new alerts back while rows are selected, until they are asked for', async () => {
		const { inbox, load, alerts } = stage(some(3));
		await load();
		inbox.toggle('alert-2');
		alerts.push(alertNumber(4));
		await load();
		expect(numbers(inbox)).toEqual([3, 2, 1]);
		expect(inbox.waiting).toBe(1);
		await inbox.show();
		expect(numbers(inbox)).toEqual([4, 3, 2]);
		expect(inbox.waiting).toBe(0);
	});

	it('reads a changed row below the first page by itself', async () => {
		const { inbox, load, change, seen } = stage(some(6));
		await load();
		await inbox.more();
		seen.scrolled = true;
		change('alert-1', { status: 'acknowledged' });
		await load();
		expect(seen.ones).toEqual(['alert-1']);
		expect(inbox.rows.at(-1)?.status).toBe('acknowledged');
	});

	it('reads the pages again when many rows below changed', async () => {
		const { inbox, load, change, seen } = stage(some(20));
		await load();
		while (inbox.hasMore) await inbox.more();
		for (let i = 1; i <= 12; i++) change(`alert-${i}`, { status: 'acknowledged' });
		await load();
		expect(seen.ones).toEqual([]);
		expect(inbox.rows.filter((row) => row.status === 'acknowledged')).toHaveLength(12);
	});

	it('starts over for another question', async () => {
		const { inbox, load } = stage(some(3));
		await load();
		inbox.toggle('alert-1');
		await inbox.receive('another', { items: [alertNumber(9)], total: 1, next_cursor: null });
		expect(numbers(inbox)).toEqual([9]);
		expect(inbox.selected.size).toBe(0);
	});

	it('moves and extends the selection with the keyboard, and stops at the ends', async () => {
		const { inbox, load } = stage(some(3));
		await load();
		inbox.move(1);
		inbox.move(1, true);
		inbox.move(1, true);
		inbox.move(1, true);
		expect(inbox.currentRow?.number).toBe(1);
		expect([...inbox.selected]).toEqual(['alert-3', 'alert-2', 'alert-1']);
	});
});
