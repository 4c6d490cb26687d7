// Asks the server what would come of a draft, once the typing pauses; of two answers only the newer one counts.
import { explain, Problem } from '$lib/api/problem';
import { preview } from '../api';
import type { Preview, PreviewInput } from '../types';

const PAUSE_MS = 350;

export class Previewer {
	result = $state.raw<Preview | null>(null);
	problem = $state('');
	fields = $state.raw<Record<string, string>>({});
	busy = $state(false);
	#timer: ReturnType<typeof setTimeout> | undefined;
	#asking: AbortController | null = null;

	constructor(private readonly scheduleId: string) {}

	/** Null: the draft says nothing yet that could be worked out. */
	ask(input: PreviewInput | null): void {
		this.stop();
		if (!input) return;
		this.busy = true;
		this.#timer = setTimeout(() => void this.#ask(input), PAUSE_MS);
	}

	stop(): void {
		clearTimeout(this.#timer);
		this.#asking?.abort();
		this.#asking = null;
		this.busy = false;
	}

	async #ask(input: PreviewInput): Promise<void> {
		const asking = new AbortController();
		this.#asking = asking;
		try {
			const result = await preview(this.scheduleId, input, asking.signal);
			if (asking.signal.aborted) return;
			this.result = result;
			this.problem = '';
		} catch (failure) {
			if (asking.signal.aborted) return;
			this.problem = explain(failure);
			this.fields = failure instanceof Problem ? failure.fields : {};
		}
		this.busy = false;
	}
}
