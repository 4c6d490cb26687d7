// What somebody is writing, kept in this browser with every letter, until it has arrived.

export interface Draft {
	text: string;
	/** When the last letter was typed. */
	at: number;
}

type Store = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

export class Drafts {
	// Without storage, or when it is full, a draft lasts as long as the tab.
	#held = new Map<string, Draft>();

	constructor(
		private readonly store: () => Store | null,
		private readonly now: () => number
	) {}

	read(name: string): Draft | null {
		const held = this.#held.get(name);
		if (held) return held;
		try {
			const kept: unknown = JSON.parse(this.store()?.getItem(keyOf(name)) ?? 'null');
			return isDraft(kept) ? kept : null;
		} catch {
			return null;
		}
	}

	keep(name: string, text: string): void {
		if (!text.trim()) return this.forget(name);
		const draft = { text, at: this.now() };
		this.#held.set(name, draft);
		try {
			this.store()?.setItem(keyOf(name), JSON.stringify(draft));
		} catch {
			// Held above.
		}
	}

	/** It has arrived, or is not wanted. What another tab has put there since stays. */
	forget(name: string, sent?: string): void {
		this.#held.delete(name);
		if (sent !== undefined && this.read(name)?.text !== sent) return;
		try {
			this.store()?.removeItem(keyOf(name));
		} catch {
			// Nothing was kept.
		}
	}
}

const keyOf = (name: string) => `pulsar.draft.${name}`;

function isDraft(kept: unknown): kept is Draft {
	return typeof kept === 'object' && kept !== null && 'text' in kept && typeof kept.text === 'string';
}

export const drafts = new Drafts(
	() => (typeof localStorage === 'undefined' ? null : localStorage),
	() => Date.now()
);
