// What changes how somebody signs in wants a fresh proof: it is asked for when the server says so, and then tried again.
import { Problem } from '$lib/api/problem';

export class ProofDeclined extends Problem {
	constructor() {
		super(403, 'proof_needed', 'Nothing was changed, because it was not confirmed.');
	}
}

class Proof {
	/** By what this account confirms; null while nothing is asked. */
	methods = $state<string[] | null>(null);
	#answer: ((given: boolean) => void) | null = null;

	async before<T>(work: () => Promise<T>): Promise<T> {
		try {
			return await work();
		} catch (failure) {
			if (!(failure instanceof Problem) || failure.code !== 'proof_needed') throw failure;
			if (!(await this.#ask(failure.extras.methods as string[]))) throw new ProofDeclined();
			return work();
		}
	}

	#ask(methods: string[]): Promise<boolean> {
		this.methods = methods;
		return new Promise((answer) => (this.#answer = answer));
	}

	answer(given: boolean): void {
		this.methods = null;
		this.#answer?.(given);
		this.#answer = null;
	}
}

export const proof = new Proof();
