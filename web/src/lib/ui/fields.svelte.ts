// What the fields of a form hold: what was known of them, what a person typed over that, and what others did meanwhile.
import { untrack } from 'svelte';

export class Fields<T extends object> {
	/** As they stand in the form. */
	now = $state() as T;
	/** What each was filled with, before anybody typed into it. */
	filled = $state.raw() as T;

	constructor(start: T) {
		this.now = $state.snapshot(start) as T;
		this.filled = $state.snapshot(start) as T;
	}

	/** Somebody made of it what nobody filled in. */
	touched(name: keyof T): boolean {
		return !same(this.now[name], this.filled[name]);
	}

	/** Something is typed that would be lost. */
	get typed(): boolean {
		return namesOf(this.filled).some((name) => this.touched(name));
	}

	/** Another start: it goes where nobody typed. */
	refill(start: T): void {
		untrack(() => {
			for (const name of namesOf(start))
				if (!this.touched(name)) {
					this.now[name] = $state.snapshot(start[name]) as T[keyof T];
					this.filled = { ...this.filled, [name]: start[name] };
				}
		});
	}
}

/** A field that two people changed at once. */
export interface Contested {
	name: string;
	/** What the form shows is the other one's. */
	theirs: boolean;
}

/** Those of something that others may change meanwhile: nothing that was typed is lost, and nothing of theirs unseen. */
export class Edited<Thing extends { version: number }, T extends object> extends Fields<T> {
	/** That this form goes on from. */
	version: number;
	contested = $state<Contested[]>([]);
	/** Of what is contested, what the form does not show. */
	#other: Partial<T> = {};

	constructor(
		/** None, where something new is made. */
		thing: Thing | null | undefined,
		private readonly read: (thing?: Thing) => T,
		readonly labels?: Record<string, string>
	) {
		super(read(thing ?? undefined));
		this.version = thing?.version ?? 0;
	}

	/** The server refused: this is how it stands. What nobody typed into shows it, what both changed is contested. */
	renew(standing: Thing): void {
		const start = this.read(standing);
		const both = namesOf(start).filter(
			(name) =>
				this.touched(name) && !same(start[name], this.filled[name]) && !same(start[name], this.now[name])
		);
		this.refill(start);
		this.filled = start;
		this.version = standing.version;
		this.#other = Object.fromEntries(both.map((name) => [name, start[name]])) as Partial<T>;
		this.contested = both.map((name) => ({ name: String(name), theirs: false }));
	}

	/** Theirs in the place of mine, or mine again. */
	swap(field: Contested): void {
		const name = field.name as keyof T;
		const shown = $state.snapshot(this.now[name]) as T[keyof T];
		this.now[name] = this.#other[name] as T[keyof T];
		this.#other[name] = shown;
		this.contested = this.contested.map((one) =>
			one.name === field.name ? { ...one, theirs: !one.theirs } : one
		);
	}

	/** It is saved: nothing is typed that is not known. */
	settle(): void {
		this.filled = $state.snapshot(this.now) as T;
		this.contested = [];
	}

	/** What somebody else saved comes in as long as nothing is typed here. */
	follow(thing: Thing): void {
		if (thing.version <= this.version) return;
		const start = this.read(thing);
		const { typed } = this;
		if (typed && !same(start, this.filled)) return;
		this.version = thing.version;
		if (typed) return;
		this.filled = start;
		Object.assign(this.now, $state.snapshot(start));
	}
}

const namesOf = <T extends object>(fields: T) => Object.keys(fields) as (keyof T)[];

/** Plain data. The keys that tell the rows of a list apart on the screen mean nothing. */
const plain = (value: unknown) =>
	JSON.stringify(value, (name, held) => (name === 'key' && typeof held === 'number' ? undefined : held));
const same = (one: unknown, other: unknown) => plain(one) === plain(other);
