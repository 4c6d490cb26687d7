// How does a list that somebody is looking at take in what changed meanwhile?
import type { Alert } from '$lib/api/types';

export interface News {
	/** The newest alerts as the server now lists them. */
	first: Alert[];
	/** There is nothing beyond them. */
	complete: boolean;
	/** Changed alerts that are not among them; null for a deleted one. */
	touched: ReadonlyMap<string, Alert | null>;
	belongs: (alert: Alert) => boolean;
	/** Somebody is selecting or reading further down: rows may change, but must not move. */
	frozen: boolean;
}

export interface Merged {
	rows: Alert[];
	/** New alerts that are held back until asked for. */
	waiting: number;
	/** The new first page has nothing in common with what was shown: it replaces it, and paging starts over. */
	replaced: boolean;
}

export function merge(rows: Alert[], news: News): Merged {
	const fresh = new Map(news.first.map((alert) => [alert.id, alert]));
	const held = new Set(rows.map((row) => row.id));
	const updated = rows
		.filter((row) => news.touched.get(row.id) !== null)
		.map((row) => fresh.get(row.id) ?? news.touched.get(row.id) ?? row);
	if (news.frozen)
		return {
			rows: updated,
			waiting: news.first.filter((alert) => !held.has(alert.id)).length,
			replaced: false
		};
	if (news.complete) return { rows: news.first, waiting: 0, replaced: false };
	if (rows.length && !news.first.some((alert) => held.has(alert.id)))
		return { rows: news.first, waiting: 0, replaced: true };
	// What is newer than the page's end and not on the page is not in this view any more.
	const end = Math.min(...news.first.map((alert) => alert.number));
	const older = updated.filter((row) => !fresh.has(row.id) && row.number < end && news.belongs(row));
	return { rows: [...news.first, ...older], waiting: 0, replaced: false };
}
