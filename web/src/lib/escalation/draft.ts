// A policy's ladder while it is being edited. Every change gives a new ladder; nothing is changed in place.
import type { Policy, PolicyInput } from '$lib/api/types';

export interface DraftTarget {
	type: 'user' | 'team' | 'schedule';
	id: string;
	name: string;
}

export interface DraftLevel {
	/** Only to tell levels apart while they move. */
	key: number;
	minutes: number;
	condition: 'not_acknowledged' | 'not_closed';
	targets: DraftTarget[];
}

export interface Draft {
	name: string;
	description: string;
	isDefault: boolean;
	repeatCount: number;
	repeatMinutes: number;
	levels: DraftLevel[];
}

let keys = 0;

export const newLevel = (minutes: number): DraftLevel => ({
	key: ++keys,
	minutes,
	condition: 'not_acknowledged',
	targets: []
});

export const newDraft = (): Draft => ({
	name: '',
	description: '',
	isDefault: false,
	repeatCount: 0,
	repeatMinutes: 10,
	levels: [newLevel(0)]
});

export const draftOf = (policy: Policy): Draft => ({
	name: policy.name,
	description: policy.description,
	isDefault: policy.is_default,
	repeatCount: policy.repeat_count,
	repeatMinutes: policy.repeat_delay_seconds / 60,
	levels: policy.rules.map((rule) => ({
		key: ++keys,
		minutes: rule.delay_seconds / 60,
		condition: rule.condition,
		targets: rule.targets.map(({ type, user_id, team_id, schedule_id, name }) => ({
			type,
			id: user_id ?? team_id ?? schedule_id ?? '',
			name
		}))
	}))
});

const seconds = (minutes: number): number => Math.round(minutes * 60);

export const inputOf = (draft: Draft) =>
	({
		name: draft.name.trim(),
		description: draft.description.trim(),
		is_default: draft.isDefault,
		repeat_count: draft.repeatCount,
		repeat_delay_seconds: seconds(draft.repeatMinutes),
		rules: draft.levels.map((level) => ({
			delay_seconds: seconds(level.minutes),
			condition: level.condition,
			targets: level.targets.map(({ type, id }) => ({ type, [`${type}_id`]: id }))
		}))
	}) satisfies PolicyInput;

/** A new level comes five minutes after the one before. */
export const addLevel = (levels: DraftLevel[]): DraftLevel[] => [...levels, newLevel(levels.length ? 5 : 0)];

export const removeLevel = (levels: DraftLevel[], index: number): DraftLevel[] =>
	levels.filter((_, other) => other !== index);

/** Swaps the people of two levels: the waits belong to the places, so "at once" stays at the top. */
export function moveLevel(levels: DraftLevel[], index: number, by: 1 | -1): DraftLevel[] {
	const [one, other] = [levels[index], levels[index + by]];
	if (!one || !other) return levels;
	const moved = [...levels];
	moved[index] = { ...other, minutes: one.minutes };
	moved[index + by] = { ...one, minutes: other.minutes };
	return moved;
}

export const changeLevel = (levels: DraftLevel[], index: number, change: Partial<DraftLevel>): DraftLevel[] =>
	levels.map((level, other) => (other === index ? { ...level, ...change } : level));

export const sameTarget = (one: DraftTarget, other: DraftTarget): boolean =>
	one.type === other.type && one.id === other.id;

/** Minutes after the alert at which each level fires. */
export function times(levels: DraftLevel[]): number[] {
	let at = 0;
	return levels.map((level) => (at += level.minutes || 0));
}

/** What would surprise at three in the morning; none of it forbids saving. */
export function warnings(draft: Draft): string[] {
	const found: string[] = [];
	if (!draft.levels.length) found.push('This policy has no level: it pages only the owners and admins.');
	draft.levels.forEach((level, index) => {
		if (!level.targets.length) found.push(`Level ${index + 1} notifies nobody, so it is skipped.`);
	});
	const first = draft.levels[0];
	if (first && first.minutes >= 30)
		found.push(`Nobody hears of an alert in its first ${first.minutes} minutes.`);
	return found;
}
