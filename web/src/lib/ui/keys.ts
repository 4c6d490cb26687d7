// Which binding does a key press mean? Single keys ("j", "X" with shift) and sequences ("g a").

const SEQUENCE_MS = 1200;

export interface Press {
	key: string;
	ctrlKey: boolean;
	metaKey: boolean;
	altKey: boolean;
	shiftKey: boolean;
	at: number;
	/** Somebody is typing text, or a dialog or menu has the keyboard. */
	busy: boolean;
}

/** "J" is Shift+J; letters are matched by what they are, signs ("?", "/") by what they print. */
const nameOf = (press: Press): string =>
	press.shiftKey && press.key.length === 1 ? press.key.toUpperCase() : press.key;

export class Keys {
	#prefix: { key: string; at: number } | null = null;

	read(press: Press, bound: ReadonlySet<string>): string | null {
		if (press.busy || press.ctrlKey || press.metaKey || press.altKey) return null;
		const name = nameOf(press);
		const prefix = this.#prefix;
		this.#prefix = null;
		if (prefix && press.at - prefix.at < SEQUENCE_MS) {
			const sequence = `${prefix.key} ${name}`;
			if (bound.has(sequence)) return sequence;
		}
		if (bound.has(name)) return name;
		if ([...bound].some((binding) => binding.startsWith(`${name} `)))
			this.#prefix = { key: name, at: press.at };
		return null;
	}
}

/** Where a key is text, or belongs to the control that has the focus. */
export function hasTheKeyboard(target: EventTarget | null): boolean {
	if (!(target instanceof HTMLElement)) return false;
	if (target.closest('[role="dialog"], [role="menu"], [role="listbox"]')) return true;
	if (target instanceof HTMLInputElement) return !['checkbox', 'radio', 'button'].includes(target.type);
	return target.isContentEditable || ['TEXTAREA', 'SELECT'].includes(target.tagName);
}
