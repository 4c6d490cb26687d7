// A preference while it is edited, and what is sent of it.
import type { Preference, PreferenceInput } from '$lib/api/types';

export interface Draft {
	enabled: boolean;
	minutes: number;
	minPriority: Preference['min_priority'];
	quiet: boolean;
	start: string;
	end: string;
	/** ISO; none is every day. */
	days: number[];
	p1Passes: boolean;
}

const MIDNIGHT = '24:00';

export const draftOf = (preference: Preference | null): Draft => ({
	enabled: preference?.enabled ?? true,
	// Two places are enough to come back to the same second.
	minutes: Math.round(((preference?.delay_seconds ?? 0) / 60) * 100) / 100,
	minPriority: preference?.min_priority ?? 'P5',
	quiet: Boolean(preference?.dnd),
	start: preference?.dnd?.start ?? '22:00',
	// A field for the time of day has no 24:00.
	end: preference?.dnd?.end.replace(MIDNIGHT, '00:00') ?? '07:00',
	days: preference?.dnd?.days ?? [],
	p1Passes: preference?.p1_passes_dnd ?? true
});

export const wishOf = (draft: Draft): PreferenceInput => ({
	enabled: draft.enabled,
	min_priority: draft.minPriority,
	dnd: draft.quiet
		? { start: draft.start, end: draft.end === '00:00' ? MIDNIGHT : draft.end, days: draft.days }
		: null,
	p1_passes_dnd: draft.p1Passes,
	delay_seconds: Math.round(draft.minutes * 60)
});
