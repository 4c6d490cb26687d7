// A policy's ladder while it is being edited. Every change gives a new ladder; nothing is changed in place.
import type { Policy, PolicyInput } from '$lib/api/types';

export type TargetType = Policy['rules'][number]['targets'][number]['type'];

export interface DraftTarget {
	type: TargetType;
	id: string;
	name: string;
}

export interface DraftLevel {
	/** Only to tell levels apart while they move. */
	key: number;
	minutes: number;
	condition: 'not_acknowledged' | 'not_closed';
	targets: DraftTarget[];
	/** Its people take turns. */
	roundRobin: boolean;
}

export interface Draft {
	name: string;
	description: string;
	isDefault: boolean;
	/** Whose it is; empty for no team. */
	team: string;
	repeatCount: number;
	repeatMinutes: number;
	/** Null: never. */
	ackTimeoutMinutes: number | null;
	closeAfterMinutes: number | null;
	levels: DraftLevel[];
}

/** Where the name of a field does not say it. */
export const LABELS: Partial<Record<keyof Draft, string>> = {
	isDefault: 'Default',
	repeatCount: 'Repeat the ladder',
	repeatMinutes: 'Wait before repeating',
	ackTimeoutMinutes: 'Page again',
	closeAfterMinutes: 'Close by itself',
	levels: 'Ladder'
};

let keys = 0;

export const newLevel = (minutes: number): DraftLevel => ({
	key: ++keys,
	minutes,
	condition: 'not_acknowledged',
	targets: [],
	roundRobin: false
});

export const newDraft = (team = ''): Draft => ({
	name: '',
	description: '',
	isDefault: false,
	team,
	repeatCount: 0,
	repeatMinutes: 10,
	ackTimeoutMinutes: null,
	closeAfterMinutes: null,
	levels: [newLevel(0)]
});

const minutesOf = (seconds: number | null): number | null => (seconds === null ? null : seconds / 60);

export const draftOf = (policy: Policy): Draft => ({
	name: policy.name,
	description: policy.description,
	isDefault: policy.is_default,
	team: policy.team_id ?? '',
	repeatCount: policy.repeat_count,
	repeatMinutes: policy.repeat_delay_seconds / 60,
	ackTimeoutMinutes: minutesOf(policy.ack_timeout_seconds),
	closeAfterMinutes: minutesOf(policy.close_after_seconds),
	levels: policy.rules.map((rule) => ({
		key: ++keys,
		minutes: rule.delay_seconds / 60,
		condition: rule.condition,
		roundRobin: rule.round_robin,
		targets: rule.targets.map(({ type, user_id, team_id, schedule_id, name }) => ({
			type,
			id: user_id ?? team_id ?? schedule_id ?? '',
			name
		}))
	}))
});

const seconds = (minutes: number): number => Math.round(minutes * 60);
const secondsOrNever = (minutes: number | null): number | null =>
	minutes === null ? null : seconds(minutes);

/** What the id of a target is the id of: a team's leads are named by the team. */
export const thingOf = (type: TargetType) => type.split('_')[0] as 'user' | 'team' | 'schedule';

export const inputOf = (draft: Draft) =>
	({
		name: draft.name.trim(),
		description: draft.description.trim(),
		is_default: draft.isDefault,
		team_id: draft.team || null,
		repeat_count: draft.repeatCount,
		repeat_delay_seconds: seconds(draft.repeatMinutes),
		ack_timeout_seconds: secondsOrNever(draft.ackTimeoutMinutes),
		close_after_seconds: secondsOrNever(draft.closeAfterMinutes),
		rules: draft.levels.map((level) => ({
			delay_seconds: seconds(level.minutes),
			condition: level.condition,
			round_robin: level.roundRobin,
			targets: level.targets.map(({ type, id }) => ({ type, [`${thingOf(type)}_id`]: id }))
		}))
	}) satisfies PolicyInput;

/** A new level comes five minutes after the one before. */
export const addLevel = (levels: DraftLevel[]): DraftLevel[] => [...levels, newLevel(levels.length ? 5 : 0)];

export const removeLevel = (levels: DraftLevel[], index: number): DraftLevel[] =>
	levels.filter((_, other) => other !== index);

/** Takes one level to the place of another; as with `moveLevel` the waits stay where they are. */
export function dropLevel(levels: DraftLevel[], from: number, to: number): DraftLevel[] {
	const moved = [...levels];
	const [taken] = moved.splice(from, 1);
	if (!taken || to < 0 || to >= levels.length || from === to) return levels;
	moved.splice(to, 0, taken);
	return moved.map((level, index) => ({ ...level, minutes: levels[index]?.minutes ?? level.minutes }));
}

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
	if (draft.closeAfterMinutes !== null && draft.closeAfterMinutes < 5)
		found.push('An alert that nobody acknowledged is closed almost at once after its last level.');
	const first = draft.levels[0];
	if (first && first.minutes >= 30)
		found.push(`Nobody hears of an alert in its first ${first.minutes} minutes.`);
	return found;
}
