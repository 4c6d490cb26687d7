// What the fields of a form hold: what was known of them, and what a person typed over that.
import { untrack } from 'svelte';

export class Fields<T extends object> {
	/** As they stand in the form. */
	now = $state() as T;
	/** What each was filled with, before anybody typed into it. */
	#filled: T;

	constructor(start: T) {
		this.now = $state.snapshot(start) as T;
		this.#filled = start;
	}

	/** Somebody made of it what nobody filled in. */
	touched(name: keyof T): boolean {
		return !same(this.now[name], this.#filled[name]);
	}

	/** Another start: it goes where nobody typed. */
	refill(start: T): void {
		untrack(() => {
			for (const name of namesOf(start))
				if (!this.touched(name)) {
					this.now[name] = $state.snapshot(start[name]) as T[keyof T];
					this.#filled = { ...this.#filled, [name]: start[name] };
				}
		});
	}
}

const namesOf = <T extends object>(fields: T) => Object.keys(fields) as (keyof T)[];

/** Plain data. */
const same = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);
