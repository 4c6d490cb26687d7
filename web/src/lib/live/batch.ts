// Gathers a storm of events into few reads: one flush at a time, at most one each `ms`.

export function batch<T>(ms: number, flush: (things: Set<T>) => Promise<unknown>): (...things: T[]) => void {
	let waiting = new Set<T>();
	let busy = false;

	async function run(): Promise<void> {
		const now = waiting;
		waiting = new Set();
		try {
			await flush(now);
		} finally {
			busy = false;
			if (waiting.size) schedule();
		}
	}

	function schedule(): void {
		if (busy) return;
		busy = true;
		setTimeout(() => void run(), ms);
	}

	return (...things) => {
		for (const thing of things) waiting.add(thing);
		if (things.length) schedule();
	};
}
