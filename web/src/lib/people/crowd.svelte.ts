// People to choose from: the first hundred at once, and of a larger organization those whose name is typed.
import type { Member } from '$lib/api/types';
import { toasts } from '$lib/ui/toasts.svelte';
import { members } from './api';
import { memberChoices } from './targets';

export class Crowd {
	#found = $state.raw<Member[]>([]);
	#more = false;
	#timer: ReturnType<typeof setTimeout> | undefined;

	choices = $derived(memberChoices(this.#found));

	load = (): Promise<void> => this.#ask();

	/** As a name is being typed. */
	typed = (text: string): void => {
		if (!this.#more || !text.trim()) return;
		clearTimeout(this.#timer);
		this.#timer = setTimeout(() => void this.#ask(text.trim()), 250);
	};

	async #ask(text?: string): Promise<void> {
		try {
			const { items, next_cursor } = await members({ search: text });
			if (!text) this.#more = next_cursor !== null;
			const known = new Set(this.#found.map(({ id }) => id));
			this.#found = [...this.#found, ...items.filter(({ id }) => !known.has(id))];
		} catch (failure) {
			toasts.fail(failure);
		}
	}
}
