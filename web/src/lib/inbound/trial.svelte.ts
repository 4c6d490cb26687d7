// What would come of the payload, asked again as one types: a little later, and only the newest answer counts.
import { explain, Problem } from '$lib/api/problem';
import type { MappingTrial } from '$lib/api/types';

const PAUSE = 250;

export class Trial {
	result = $state<MappingTrial>();
	/** By field of the mapping. */
	errors = $state<Record<string, string>>({});
	problem = $state('');
	busy = $state(false);
	#newest = 0;

	/** Asks after a pause; what it returns calls that off. */
	ask(question: () => Promise<MappingTrial>): () => void {
		const mine = ++this.#newest;
		this.busy = true;
		const timer = setTimeout(() => void this.#answer(mine, question), PAUSE);
		return () => clearTimeout(timer);
	}

	async #answer(mine: number, question: () => Promise<MappingTrial>): Promise<void> {
		let result: MappingTrial | undefined;
		let failure: unknown;
		try {
			result = await question();
		} catch (caught) {
			failure = caught;
		}
		if (mine !== this.#newest) return;
		this.busy = false;
		this.result = result;
		this.errors = result?.error ? { [result.error.field]: result.error.message } : fieldsOf(failure);
		const atFields = Object.keys(this.errors).some((field) => field !== '');
		this.problem = failure && !atFields ? explain(failure) : (this.errors[''] ?? '');
	}
}

export function fieldsOf(failure: unknown): Record<string, string> {
	if (!(failure instanceof Problem)) return {};
	return Object.fromEntries(
		Object.entries(failure.fields).map(([field, message]) => [field.replace(/^mapping\./, ''), message])
	);
}
