// When does what the page says about now stop being true? At the next handoff: then it asks again, and not before.

import type { OnCall } from './types';

const LONGEST_TIMER = 24 * 3_600_000;
/** The server's clock may be a little behind, and not everybody need ask in the same instant. */
const GRACE = 1_500;
const SPREAD = 2_000;
/** What the server says may be over already; then not at once, over and over. */
const SHORTEST = 15_000;

/** How long to wait until the first of these instants has passed; null when there is none. */
export function waitFor(instants: number[], now: number, random: number): number | null {
	const next = Math.min(...instants.filter((at) => at > now - SHORTEST));
	if (!Number.isFinite(next)) return null;
	const wait = next - now + GRACE + random * SPREAD;
	return Math.min(LONGEST_TIMER, next <= now ? SHORTEST : wait);
}

/** Runs `renew` once the next of these instants has passed; what it returns calls that off. */
export function atHandoff(instants: number[], now: number, renew: () => unknown): () => void {
	const wait = waitFor(instants, now, Math.random());
	if (wait === null) return () => {};
	const timer = setTimeout(renew, wait);
	return () => clearTimeout(timer);
}

/** Of lists that say who is on call: where a shift ends, or one after nobody begins. */
export const handoffsOf = (entries: { on_call: OnCall[]; next?: OnCall[] }[]): number[] =>
	entries.flatMap(({ on_call, next = [] }) => [
		...on_call.map(({ ends_at }) => Date.parse(ends_at)),
		...next.map(({ starts_at }) => Date.parse(starts_at))
	]);
