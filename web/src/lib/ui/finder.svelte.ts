// What one can choose from: the first hundred of each kind at once, and of more those whose name is typed.
import type { Choice } from './Picker.svelte';
import { toasts } from './toasts.svelte';

/** One kind of thing. Without a text its first ones; `more` when there are others. */
export type Source = (search?: string) => Promise<{ choices: Choice[]; more: boolean }>;

export class Finder {
	choices = $state.raw<Choice[]>([]);
	#larger: Source[] = [];
	#timer: ReturnType<typeof setTimeout> | undefined;

	constructor(private readonly sources: Source[]) {}

	load = async (): Promise<void> => {
		const found = await this.#ask(this.sources);
		this.#larger = this.sources.filter((_, index) => found[index]?.more);
	};

	/** As a name is being typed. */
	typed = (text: string): void => {
		if (!this.#larger.length || !text.trim()) return;
		clearTimeout(this.#timer);
		this.#timer = setTimeout(() => void this.#ask(this.#larger, text.trim()), 250);
	};

	async #ask(sources: Source[], text?: string): Promise<{ more: boolean }[]> {
		try {
			const found = await Promise.all(sources.map((source) => source(text)));
			const known = new Set(this.choices.map(({ value }) => value));
			const fresh = found.flatMap(({ choices }) => choices).filter(({ value }) => !known.has(value));
			this.choices = [...this.choices, ...fresh];
			return found;
		} catch (failure) {
			toasts.fail(failure);
			return [];
		}
	}
}
