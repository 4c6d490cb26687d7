// Which colour does a person have? The same on every visit, and never the only thing that tells people apart.

export const COLOURS = 10;

function hash(text: string): number {
	let sum = 2166136261;
	for (const sign of text) sum = Math.imul(sum ^ sign.charCodeAt(0), 16777619);
	return sum >>> 0;
}

/** A number from 1 to 10 for each; two of one schedule share one only when there are more than ten. */
export function coloursOf(ids: Iterable<string>): Map<string, number> {
	const sorted = [...new Set(ids)].filter(Boolean).sort();
	const taken = new Set<number>();
	const found = new Map<string, number>();
	for (const id of sorted) {
		if (taken.size === COLOURS) taken.clear();
		let colour = hash(id) % COLOURS;
		while (taken.has(colour)) colour = (colour + 1) % COLOURS;
		taken.add(colour);
		found.set(id, colour + 1);
	}
	return found;
}
