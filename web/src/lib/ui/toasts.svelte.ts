// Short messages about what just happened. Failures stay until dismissed.
import { explain } from '$lib/api/problem';

export interface Toast {
	id: number;
	tone: 'plain' | 'danger';
	text: string;
}

let next = 0;

class Toasts {
	items = $state<Toast[]>([]);

	say(text: string): void {
		const id = this.#add('plain', text);
		setTimeout(() => this.dismiss(id), 5000);
	}

	fail(failure: unknown): void {
		this.#add('danger', typeof failure === 'string' ? failure : explain(failure));
	}

	dismiss(id: number): void {
		this.items = this.items.filter((toast) => toast.id !== id);
	}

	#add(tone: Toast['tone'], text: string): number {
		// The same complaint twice says no more than once.
		this.items = [...this.items.filter((toast) => toast.text !== text).slice(-3), { id: ++next, tone, text }];
		return next;
	}
}

export const toasts = new Toasts();
