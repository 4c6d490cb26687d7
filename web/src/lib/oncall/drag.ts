// What a drag, or an arrow key, makes of a span: snapped to the local clock, never empty, never in the past.
import { addWall, snap, wallSpan, MINUTE } from './zone';

export interface Span {
	start: number;
	end: number;
}

export type Grip = 'start' | 'end' | 'body';

export interface Ruler {
	zone: string;
	/** Minutes. */
	step: number;
	now: number;
}

/** The span from where the pointer went down to where it is. */
export function drawn(from: number, to: number, { zone, step, now }: Ruler): Span | null {
	const [first, last] = [Math.max(Math.min(from, to), now), Math.max(from, to)];
	// What begins now begins now, not at the next quarter.
	const start = first === now ? now : snap(first, step, zone);
	const end = snap(last, step, zone);
	return end - start >= step * MINUTE * 0.5 && end > now ? { start, end } : null;
}

/** What of an override can still be changed: what has been stands. */
export function gripsOf({ start, end }: Span, now: number): Grip[] {
	if (end <= now) return [];
	return start <= now ? ['end'] : ['start', 'end', 'body'];
}

/** Which part of a bar a pointer has hold of; of an edge that lies outside of what is shown, none. */
export function gripAt(x: number, bar: { left: number; right: number }, reach: number, shown: Grip[]): Grip {
	const edge = Math.min(reach, (bar.right - bar.left) / 3);
	if (shown.includes('end') && bar.right - x <= edge) return 'end';
	return shown.includes('start') && x - bar.left <= edge ? 'start' : 'body';
}

/** Moves a span, or one of its edges, by `ms`. A moved night begins and ends by the same clock times. */
export function pulled(span: Span, grip: Grip, ms: number, ruler: Ruler): Span {
	const { zone, step, now } = ruler;
	const shortest = step * MINUTE;
	if (grip === 'end') return { ...span, end: Math.max(snap(span.end + ms, step, zone), least(span, ruler)) };
	const earliest = Math.ceil(now / shortest) * shortest;
	const start = Math.max(snap(span.start + ms, step, zone), earliest);
	if (grip === 'start') return { ...span, start: Math.min(start, snap(span.end - shortest, step, zone)) };
	const length = wallSpan(span.start, span.end, zone);
	const end = length > 0 ? addWall(start, length, zone) : start + (span.end - span.start);
	return { start, end };
}

function least({ start }: Span, { zone, step, now }: Ruler): number {
	const from = Math.max(start, now);
	const end = snap(from + step * MINUTE, step, zone);
	return end > from ? end : end + step * MINUTE;
}

export const sameSpan = (one: Span, other: Span): boolean =>
	one.start === other.start && one.end === other.end;
