// A rotation while it is being edited, and what it says in one sentence.
import type {
	Effective,
	Rotation,
	RotationInput,
	RotationPlan,
	RotationType,
	Turns,
	Unit,
	Window
} from './types';
import { counted } from '$lib/ui/words';
import { dateText, daysText, LONG_WEEKDAYS, weekdayOf } from './words';
import { clockOf } from './zone';

export interface Slot {
	/** Tells places apart while they move: the same person may have several. */
	key: number;
	userId: string | null;
	name: string;
	active: boolean;
}

export interface DraftWindow extends Window {
	key: number;
}

export interface Draft {
	name: string;
	type: RotationType;
	length: number;
	unit: Unit;
	startsOn: string;
	handoffTime: string;
	/** ISO weekday. */
	handoffDay: number;
	endsOn: string;
	windows: DraftWindow[];
	turns: Turns;
	slots: Slot[];
}

let keys = 0;

export const newSlot = (userId: string | null, name: string, active = true): Slot => ({
	key: ++keys,
	userId,
	name,
	active
});

export const NOBODY = 'Nobody';

const newWindow = ({ days, start, end }: Window): DraftWindow => ({
	key: ++keys,
	days: [...days],
	start,
	end
});

export const newDraft = (today: string, count: number): Draft => ({
	name: count ? `Rotation ${count + 1}` : 'Primary',
	type: 'weekly',
	length: 1,
	unit: 'days',
	startsOn: today,
	handoffTime: '09:00',
	handoffDay: 1,
	endsOn: '',
	windows: [],
	turns: 'calendar',
	slots: []
});

export function draftOf({ name, ...plan }: RotationPlan & { name: string }): Draft {
	const usual = plan.length === 1 && plan.rotation_type !== 'custom';
	return {
		name,
		type: usual ? plan.rotation_type : 'custom',
		length: plan.length,
		unit: plan.unit,
		startsOn: plan.starts_on,
		handoffTime: plan.handoff_time.slice(0, 5),
		handoffDay: plan.handoff_day ?? weekdayOf(plan.starts_on),
		endsOn: plan.ends_on ?? '',
		windows: plan.restrictions.map(newWindow),
		turns: plan.turns,
		slots: plan.participants.map((one) =>
			newSlot(one.user_id, one.user_id === null ? NOBODY : one.name, one.active)
		)
	};
}

/** What an edit begins from: what will hold once a change that is on its way has come. */
export const latestOf = (rotation: Rotation): RotationPlan & { name: string } =>
	rotation.pending ? { ...rotation.pending, name: rotation.name } : rotation;

export function unitOf({ type, unit }: Pick<Draft, 'type' | 'unit'>): Unit {
	if (type === 'custom') return unit;
	return type === 'daily' ? 'days' : 'weeks';
}

export const inputOf = (draft: Draft): RotationInput => ({
	name: draft.name.trim(),
	rotation_type: draft.type,
	length: draft.type === 'custom' ? draft.length : 1,
	unit: unitOf(draft),
	starts_on: draft.startsOn,
	handoff_time: draft.handoffTime,
	handoff_day: unitOf(draft) === 'weeks' ? draft.handoffDay : null,
	ends_on: draft.endsOn || null,
	restrictions: draft.windows.map(({ days, start, end }) => ({ days, start, end })),
	turns: draft.turns,
	participants: draft.slots.map(({ userId }) => userId)
});

/** Can the server be asked what would come of it? */
export const isComplete = (draft: Draft): boolean =>
	Boolean(draft.startsOn && draft.handoffTime && draft.length >= 1) &&
	draft.windows.every(({ start, end }) => start && end && start !== end);

/* Windows */

/** A field for a time of day knows no 24:00: midnight at the end is the end of the day. */
export const endField = (end: string): string => (end === '24:00' ? '00:00' : end);
export const endOf = (field: string): string => (field === '00:00' ? '24:00' : field);

const WORKDAYS = [1, 2, 3, 4, 5];
const WEEKEND = [6, 7];

export const PRESETS: { label: string; windows: Window[] }[] = [
	{ label: 'Business hours', windows: [{ days: WORKDAYS, start: '09:00', end: '17:00' }] },
	{ label: 'Nights', windows: [{ days: [], start: '17:00', end: '09:00' }] },
	{ label: 'Weekends', windows: [{ days: WEEKEND, start: '00:00', end: '24:00' }] },
	{
		label: 'Outside business hours',
		windows: [
			{ days: WORKDAYS, start: '17:00', end: '24:00' },
			{ days: WORKDAYS, start: '00:00', end: '09:00' },
			{ days: WEEKEND, start: '00:00', end: '24:00' }
		]
	}
];

export const preset = (windows: Window[]): DraftWindow[] => windows.map(newWindow);

export const addWindow = (windows: DraftWindow[]): DraftWindow[] => [
	...windows,
	newWindow({ days: [], start: '09:00', end: '17:00' })
];

/** "Mon–Fri 09:00–17:00", "17:00–09:00 the next day", "Sat and Sun" */
export function windowText({ days, start, end }: Window): string {
	const late = end !== '24:00' && end <= start ? ' the next day' : '';
	const on = daysText(days);
	if (start === '00:00' && end === '24:00') return on;
	const hours = `${start}–${end}${late}`;
	return on === 'every day' ? hours : `${on} ${hours}`;
}

/** Toggles a weekday; no day at all means every day, so the last one cannot be taken away. */
export function toggleDay(days: number[], one: number): number[] {
	const chosen = days.length ? days : [1, 2, 3, 4, 5, 6, 7];
	const next = chosen.includes(one) ? chosen.filter((other) => other !== one) : [...chosen, one];
	return next.length === 0 ? days : next.length === 7 ? [] : next.sort((a, b) => a - b);
}

/* Order */

export function move<T>(list: T[], from: number, to: number): T[] {
	const moved = [...list];
	const [taken] = moved.splice(from, 1);
	if (taken === undefined || to < 0 || to > moved.length) return list;
	moved.splice(to, 0, taken);
	return moved;
}

/* In words */

function rhythm(draft: Draft): string {
	const day = LONG_WEEKDAYS[draft.handoffDay - 1] ?? '';
	const { handoffTime: at, length } = draft;
	if (draft.type === 'daily') return `Daily at ${at}`;
	if (draft.type === 'weekly') return `Weekly, ${day} ${at}`;
	if (draft.unit === 'hours') return `Every ${counted(length, 'hour')}, counted from ${at}`;
	if (draft.unit === 'days') return `Every ${counted(length, 'day')} at ${at}`;
	return `Every ${counted(length, 'week')}, ${day} ${at}`;
}

/** "Weekly, Monday 09:00 Berlin time: Ana, Bo, Cy." */
export function sentence(draft: Draft, zone: string): string {
	const only = draft.windows.length ? `, only ${draft.windows.map(windowText).join(' and ')}` : '';
	const until = draft.endsOn ? `, until ${dateText(draft.endsOn)}` : '';
	const who = draft.slots.map(({ name }) => name).join(', ') || 'nobody yet';
	return `${rhythm(draft)} ${clockOf(zone)}${only}${until}: ${who}.`;
}

export const EFFECTIVE: { value: Effective; label: string; hint: string }[] = [
	{ value: 'now', label: 'Now', hint: 'From this moment on, the plan holds as it is written.' },
	{
		value: 'end_of_shift',
		label: 'End of the current shift',
		hint: 'Whoever is on call finishes; the next in the new order follows.'
	},
	{
		value: 'end_of_round',
		label: 'End of the round',
		hint: 'Everybody of the present order has their turn; then the new order begins with its first.'
	}
];

export const TURNS: { value: Turns; label: string; hint: string }[] = [
	{
		value: 'calendar',
		label: 'Turns go by the calendar',
		hint: 'A turn that falls wholly into closed hours passes, and that person is free.'
	},
	{
		value: 'open_windows',
		label: 'Closed turns are not counted',
		hint: 'A turn in which no window is open is nobody’s; the next person has the next open one.'
	}
];
