// What the override dialog begins with, and what of it is sent.
import type { Bar } from './lanes';
import type { Override, OverrideInput, PersonRef } from './types';
import type { Span } from './drag';
import { DAY, HOUR, snap } from './zone';

export interface OverrideDraft {
	/** Null for one that is new. */
	id: string | null;
	person: PersonRef | null;
	start: number | null;
	end: number | null;
	rotationId: string | null;
	note: string;
}

/** A part of a schedule to be covered: what is past of it is past. */
export const covering = (
	{ start, end }: Span,
	rotationId: string | null,
	person: PersonRef | null,
	now: number
): OverrideDraft => ({ id: null, person, start: Math.max(start, now), end, rotationId, note: '' });

/** Of what has no end that is known here, a day. */
export function coverable({ start, end, cut }: Pick<Bar, 'start' | 'end' | 'cut'>, now: number): Span {
	const from = Math.max(start, now);
	return { start: from, end: cut.end ? Math.min(end, from + DAY) : end };
}

/** With no span in mind: from now, to a full hour. */
export function fresh(person: PersonRef | null, zone: string, now: number): OverrideDraft {
	return covering({ start: now, end: snap(now + 8 * HOUR, 60, zone) }, null, person, now);
}

export const editing = (override: Override): OverrideDraft => ({
	id: override.id,
	person: { id: override.user_id, name: override.user_name },
	start: Date.parse(override.starts_at),
	end: Date.parse(override.ends_at),
	rotationId: override.rotation_id,
	note: override.note
});

/** Only what was changed: of an override that has begun the server takes neither start nor rotation. */
export function changesOf(override: Override, input: OverrideInput): Partial<OverrideInput> {
	const changed: Partial<OverrideInput> = {};
	if (input.user_id !== override.user_id) changed.user_id = input.user_id;
	if (Date.parse(input.starts_at) !== Date.parse(override.starts_at)) changed.starts_at = input.starts_at;
	if (Date.parse(input.ends_at) !== Date.parse(override.ends_at)) changed.ends_at = input.ends_at;
	if (input.note !== override.note) changed.note = input.note;
	return changed;
}

/** What a drag has changed. */
export const movesOf = (bar: Bar, span: Span): Partial<OverrideInput> => ({
	...(span.start !== bar.start && { starts_at: new Date(span.start).toISOString() }),
	...(span.end !== bar.end && { ends_at: new Date(span.end).toISOString() })
});
