// What is new about a preview: who comes and who goes, and the gaps that are not there already.
import { listed } from '$lib/escalation/sentence';
import type { Gap, PersonRef, Preview } from './types';

export interface Told extends Gap {
	text: string;
	/** Nobody at all is left. */
	bare: boolean;
}

/** The parts of the gaps afterwards in which somebody is on call now. */
export function newGaps({ gaps_before, gaps_after }: Pick<Preview, 'gaps_before' | 'gaps_after'>): Gap[] {
	return gaps_after.flatMap((gap) => without(gap, gaps_before));
}

function without(gap: Gap, others: Gap[]): Gap[] {
	let from = Date.parse(gap.starts_at);
	const end = Date.parse(gap.ends_at);
	const left: Gap[] = [];
	const keep = (to: number) => {
		if (to > from)
			left.push({ starts_at: new Date(from).toISOString(), ends_at: new Date(to).toISOString() });
	};
	for (const other of [...others].sort((a, b) => Date.parse(a.starts_at) - Date.parse(b.starts_at))) {
		keep(Math.min(Date.parse(other.starts_at), end));
		from = Math.max(from, Date.parse(other.ends_at));
	}
	keep(end);
	return left;
}

/** "Cy instead of Bo", "Ana as well", "no longer Bo": those who stay on call are no news. */
export function changeText({ before, after }: { before: PersonRef[]; after: PersonRef[] }): string {
	const gone = missing(before, after);
	const come = missing(after, before);
	if (!after.length) return `nobody instead of ${gone}`;
	if (!before.length) return `${come} instead of nobody`;
	if (gone && come) return `${come} instead of ${gone}`;
	return come ? `${come} as well` : `no longer ${gone}`;
}

/** The changes in words; parts that follow each other and say the same are one. */
export function told(changes: Preview['changes']): Told[] {
	const found: Told[] = [];
	for (const { starts_at, ends_at, ...change } of changes) {
		const text = changeText(change);
		const last = found.at(-1);
		if (last?.text === text && last.ends_at === starts_at) last.ends_at = ends_at;
		else found.push({ starts_at, ends_at, text, bare: change.after.length === 0 });
	}
	return found;
}

const missing = (from: PersonRef[], others: PersonRef[]): string =>
	listed(from.filter(({ id }) => !others.some((other) => other.id === id)).map(({ name }) => name));
