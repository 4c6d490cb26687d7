// A list that is longer than a page of it: as many pages as are wanted, one after the other.
import type { PageOf } from './types';

export async function pages<T>(
	read: (cursor?: string) => Promise<PageOf<T>>,
	most = Infinity
): Promise<PageOf<T>> {
	let page = await read();
	const items = [...page.items];
	for (let count = 1; count < most && page.next_cursor; count++) {
		page = await read(page.next_cursor);
		items.push(...page.items);
	}
	return { items, total: page.total, next_cursor: page.next_cursor };
}
