// What is new about a preview's gaps: those that are there already are no news.
import type { Gap, Preview } from './types';

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
