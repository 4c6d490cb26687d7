import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { PageOf } from '$lib/api/types';
import { LongList } from './longlist.svelte';
import { toasts } from './toasts.svelte';

interface Row {
	id: string;
}

const SIZE = 3;

/** The rows of the server, newest first; `look` reads the first page, as the page's load() does. */
function stage(count: number) {
	const server = Array.from({ length: count }, (_, index) => ({ id: `${count - index}` }));
	const page = (after?: string): PageOf<Row> => {
		const from = after ? server.findIndex(({ id }) => Number(id) < Number(after)) : 0;
		const items = from < 0 ? [] : server.slice(from, from + SIZE);
		const last = items.at(-1)?.id;
		const more = last !== undefined && last !== server.at(-1)?.id;
		return { items, total: server.length, next_cursor: more ? last : null };
	};
	const asked = { question: 'all', first: page() };
	const next = vi.fn(async (cursor: string) => page(cursor));
	const list = new LongList<Row>(() => asked, next);
	return { server, asked, next, list, look: () => (asked.first = page()) };
}

const ids = (list: LongList<Row>) => list.items.map(({ id }) => Number(id));

describe('a list that is longer than a page', () => {
	beforeEach(() => vi.restoreAllMocks());

	it('grows downwards, page after page, to its end', async () => {
		const { list } = stage(7);
		expect(ids(list)).toEqual([7, 6, 5]);
		await list.more();
		expect(ids(list)).toEqual([7, 6, 5, 4, 3, 2]);
		expect(list.foot).toMatchObject({ shown: 6, total: 7, atLeast: false, busy: false });
		await list.foot.more?.();
		expect(ids(list)).toEqual([7, 6, 5, 4, 3, 2, 1]);
		expect(list.foot.more).toBeNull();
	});

	it('keeps what is below when something new comes above, without a gap', async () => {
		const { list, server, look } = stage(7);
		await list.more();
		server.unshift({ id: '9' }, { id: '8' });
		look();
		expect(ids(list)).toEqual([9, 8, 7, 6, 5, 4, 3, 2]);
	});

	it('starts over when so much is new that a gap would be left', async () => {
		const { list, server, look } = stage(7);
		await list.more();
		server.unshift({ id: '11' }, { id: '10' }, { id: '9' }, { id: '8' });
		look();
		expect(ids(list)).toEqual([11, 10, 9]);
		await list.more();
		expect(ids(list)).toEqual([11, 10, 9, 8, 7, 6]);
	});

	it('lets go of a row that the first page no longer has', async () => {
		const { list, server, look } = stage(7);
		await list.more();
		server.splice(1, 1);
		look();
		expect(ids(list)).toEqual([7, 5, 4, 3, 2]);
	});

	it('starts over for another question, also when an answer to the old one comes late', async () => {
		const { list, asked } = stage(7);
		const late = list.more();
		asked.question = 'failed';
		await late;
		expect(ids(list)).toEqual([7, 6, 5]);
	});

	it('is not asked twice at once, and tells what failed', async () => {
		const { list, next } = stage(7);
		const told = vi.spyOn(toasts, 'fail').mockImplementation(() => undefined);
		next.mockRejectedValueOnce(new Error('away'));
		await Promise.all([list.more(), list.more()]);
		expect(next).toHaveBeenCalledTimes(1);
		expect(told).toHaveBeenCalledTimes(1);
		await list.more();
		expect(ids(list)).toEqual([7, 6, 5, 4, 3, 2]);
	});
});
