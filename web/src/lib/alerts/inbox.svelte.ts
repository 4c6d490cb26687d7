// The rows of the inbox: pages loaded so far, what waits above, the selection, the row that the keyboard is on.
import { SvelteSet } from 'svelte/reactivity';
import type { Alert, PageOf } from '$lib/api/types';
import type { LiveEvent } from '$lib/live/feed';
import { merge } from './merge';

export interface InboxWorld {
	page(cursor?: string): Promise<PageOf<Alert>>;
	one(id: string): Promise<Alert | null>;
	belongs(alert: Alert): boolean;
	/** Somebody is reading further down. */
	scrolled(): boolean;
}

/** Up to so many changed rows below the first page are read one by one; with more, the pages are read again. */
const ONE_BY_ONE = 10;

export class Inbox {
	rows = $state.raw<Alert[]>([]);
	total = $state(0);
	/** There are at least so many. */
	atLeast = $state(false);
	waiting = $state(0);
	loading = $state(false);
	current = $state<string | null>(null);
	selected = new SvelteSet<string>();
	#cursor = $state<string | null>(null);
	#question: string | null = null;
	#touched = new Set<string>();

	constructor(private readonly world: InboxWorld) {}

	get hasMore(): boolean {
		return this.#cursor !== null;
	}

	get frozen(): boolean {
		return this.selected.size > 0 || this.world.scrolled();
	}

	/** The first page, as it was read just now; for another question everything starts over. */
	async receive(question: string, page: PageOf<Alert>): Promise<void> {
		if (question !== this.#question) {
			this.#question = question;
			this.selected.clear();
			return this.#begin(page);
		}
		const changed = await this.#changedBelow(page);
		if (question !== this.#question) return;
		const merged = merge(this.rows, {
			first: changed.reread ?? page.items,
			complete: page.next_cursor === null,
			touched: changed.touched,
			belongs: this.world.belongs,
			frozen: this.frozen
		});
		if (merged.replaced || this.rows.length === 0) return this.#begin(page);
		this.rows = merged.rows;
		this.waiting = merged.waiting;
		this.total = page.total;
		this.atLeast = page.total_is_exact === false;
		this.#forgetGone();
	}

	hear({ type, payload }: LiveEvent): void {
		if (type.startsWith('alert.') && payload.subject) this.#touched.add(payload.subject.id);
	}

	/** What waits above comes in now. */
	async show(): Promise<void> {
		this.selected.clear();
		this.#begin(await this.world.page());
	}

	async more(): Promise<void> {
		if (this.loading || this.#cursor === null) return;
		this.loading = true;
		const question = this.#question;
		try {
			const page = await this.world.page(this.#cursor);
			if (question !== this.#question) return;
			const held = new Set(this.rows.map((row) => row.id));
			this.rows = [...this.rows, ...page.items.filter((alert) => !held.has(alert.id))];
			this.#cursor = page.next_cursor;
			this.total = page.total;
			this.atLeast = page.total_is_exact === false;
		} finally {
			this.loading = false;
		}
	}

	put(changed: Alert): void {
		this.rows = this.rows.map((row) => (row.id === changed.id ? changed : row));
	}

	drop(id: string): void {
		this.rows = this.rows.filter((row) => row.id !== id);
		this.#forgetGone();
	}

	toggle(id: string): void {
		if (!this.selected.delete(id)) this.selected.add(id);
	}

	selectAll(): void {
		for (const row of this.rows) this.selected.add(row.id);
	}

	/** Moves the keyboard's row; the row it came to. */
	move(by: 1 | -1, select = false): Alert | undefined {
		const from = this.rows.findIndex((row) => row.id === this.current);
		const to = from < 0 ? 0 : Math.min(this.rows.length - 1, Math.max(0, from + by));
		if (select && this.current) this.selected.add(this.current);
		const row = this.rows[to];
		this.current = row?.id ?? null;
		if (select && row) this.selected.add(row.id);
		return row;
	}

	get currentRow(): Alert | undefined {
		return this.rows.find((row) => row.id === this.current);
	}

	#begin(page: PageOf<Alert>): void {
		this.#touched.clear();
		this.rows = page.items;
		this.total = page.total;
		this.atLeast = page.total_is_exact === false;
		this.waiting = 0;
		this.#cursor = page.next_cursor;
		this.#forgetGone();
	}

	async #changedBelow(
		page: PageOf<Alert>
	): Promise<{ touched: Map<string, Alert | null>; reread?: Alert[] }> {
		const listed = new Set(page.items.map((alert) => alert.id));
		const below = this.rows
			.filter((row) => this.#touched.has(row.id) && !listed.has(row.id))
			.map((row) => row.id);
		this.#touched.clear();
		if (below.length > ONE_BY_ONE) return { touched: new Map(), reread: await this.#reread(page) };
		const found = await Promise.all(below.map(async (id) => [id, await this.world.one(id)] as const));
		return { touched: new Map(found) };
	}

	async #reread(page: PageOf<Alert>): Promise<Alert[]> {
		const rows = [...page.items];
		let cursor = page.next_cursor;
		while (cursor !== null && rows.length < this.rows.length) {
			const next = await this.world.page(cursor);
			rows.push(...next.items);
			cursor = next.next_cursor;
		}
		return rows;
	}

	#forgetGone(): void {
		const held = new Set(this.rows.map((row) => row.id));
		for (const id of this.selected) if (!held.has(id)) this.selected.delete(id);
		if (this.current && !held.has(this.current)) this.current = null;
	}
}
