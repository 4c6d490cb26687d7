// A list longer than a page: older pages stay below the first one as long as the same question is asked.
import type { PageOf } from '$lib/api/types';
import { toasts } from './toasts.svelte';

interface Held<T> {
	question: string;
	items: T[];
	cursor: string | null;
}

export class LongList<T extends { id: string | number }> {
	busy = $state(false);
	/** All that was read, from the first page down. */
	#held = $state.raw<Held<T>>();

	/** `asked` is the question and its first page, which is read anew whenever something changes. */
	constructor(
		private readonly asked: () => { question: string; first: PageOf<T> },
		private readonly next: (cursor: string) => Promise<PageOf<T>>
	) {}

	get items(): T[] {
		return this.#shown.items;
	}

	/** What stands below the list: the props of LoadMore. */
	get foot() {
		const { first } = this.asked();
		const { items, cursor } = this.#shown;
		return {
			shown: items.length,
			total: Math.max(first.total, items.length),
			atLeast: first.total_is_exact === false,
			busy: this.busy,
			more: cursor ? this.more : null
		};
	}

	more = async (): Promise<void> => {
		const { question } = this.asked();
		const { items, cursor } = this.#shown;
		if (this.busy || !cursor) return;
		this.busy = true;
		try {
			const page = await this.next(cursor);
			const known = new Set(items.map(({ id }) => id));
			const older = page.items.filter(({ id }) => !known.has(id));
			this.#held = { question, items: [...items, ...older], cursor: page.next_cursor };
		} catch (failure) {
			toasts.fail(failure);
		}
		this.busy = false;
	};

	get #shown(): { items: T[]; cursor: string | null } {
		const { question, first } = this.asked();
		const held = this.#held?.question === question ? this.#held : null;
		const listed = new Set(first.items.map(({ id }) => id));
		const end = held ? held.items.findLastIndex(({ id }) => listed.has(id)) : -1;
		// Where so much is new that the first page does not reach down to what was read, rows in between would be missing.
		if (!held || end < 0) return { items: first.items, cursor: first.next_cursor };
		return { items: [...first.items, ...held.items.slice(end + 1)], cursor: held.cursor };
	}
}
