// What was read last, by address: shown while Pulsar is out of reach, instead of an empty page.

const KEPT = 40;

export class LastGood {
	#answers = new Map<string, string>();

	async keep(url: string, answer: Response): Promise<void> {
		const text = await answer.clone().text();
		this.#answers.delete(url);
		this.#answers.set(url, text);
		const [oldest] = this.#answers.keys();
		if (this.#answers.size > KEPT && oldest) this.#answers.delete(oldest);
	}

	recall(url: string): Response | null {
		const text = this.#answers.get(url);
		if (text === undefined) return null;
		return new Response(text, { headers: { 'content-type': 'application/json' } });
	}

	forget(): void {
		this.#answers.clear();
	}
}
