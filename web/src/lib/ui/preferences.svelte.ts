// What this browser remembers for its person: the theme, whether single keys act, and what is folded.

export type Theme = 'system' | 'light' | 'dark';

function read(name: string): string | null {
	try {
		return localStorage.getItem(`pulsar.${name}`);
	} catch {
		return null;
	}
}

function write(name: string, value: string): void {
	try {
		localStorage.setItem(`pulsar.${name}`, value);
	} catch {
		// Without storage it holds until the page is left.
	}
}

class Preferences {
	#theme = $state<Theme>((read('theme') as Theme | null) ?? 'system');
	#singleKeys = $state(read('single-keys') !== 'off');
	#folded = $state<Record<string, boolean>>({});

	get theme(): Theme {
		return this.#theme;
	}

	set theme(theme: Theme) {
		this.#theme = theme;
		write('theme', theme);
		document.documentElement.style.colorScheme = theme === 'system' ? '' : theme;
	}

	/** WCAG 2.1.4: who dictates, or rests a hand on the keyboard, can turn single keys off. */
	get singleKeys(): boolean {
		return this.#singleKeys;
	}

	set singleKeys(on: boolean) {
		this.#singleKeys = on;
		write('single-keys', on ? 'on' : 'off');
	}

	/** Nothing, until somebody folds or unfolds it. */
	folded(name: string): boolean | undefined {
		return this.#folded[name] ?? { yes: true, no: false }[read(`folded.${name}`) ?? ''];
	}

	fold(name: string, folded: boolean): void {
		this.#folded[name] = folded;
		write(`folded.${name}`, folded ? 'yes' : 'no');
	}
}

export const preferences = new Preferences();
