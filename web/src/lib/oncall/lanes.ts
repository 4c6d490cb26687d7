// What the timeline draws: the server's shifts as bars in lanes. Nothing is worked out here that the server says.
import type { Calendar, Override, PersonRef, Shift } from './types';
import { dayTimeText, lengthText, spanText } from './words';

export interface Cut {
	start: boolean;
	end: boolean;
}

const WHOLE: Cut = { start: false, end: false };

export interface Bar {
	/** Tells bars apart, and stays the same when the page renews itself. */
	id: string;
	kind: 'shift' | 'override' | 'gap';
	start: number;
	end: number;
	userId: string;
	name: string;
	active: boolean;
	rotationId: string | null;
	overrideId: string | null;
	replaced: PersonRef[];
	/** It goes on beyond what was asked for: its true start or end is not known here. */
	cut: Cut;
}

export interface Lane {
	id: string;
	kind: 'final' | 'overrides' | 'rotation';
	label: string;
	rotationId: string | null;
	/** Bars of one row do not overlap. */
	rows: Bar[][];
}

const shiftBar = (lane: string, shift: Shift): Bar => ({
	id: `${lane}:${shift.rotation_id}:${shift.override_id}:${shift.user_id}:${shift.starts_at}`,
	kind: 'shift',
	start: Date.parse(shift.starts_at),
	end: Date.parse(shift.ends_at),
	userId: shift.user_id,
	name: shift.user_name,
	active: shift.active,
	rotationId: shift.rotation_id,
	overrideId: shift.override_id,
	replaced: shift.replaced,
	cut: WHOLE
});

export const overrideBar = (override: Override, final: Shift[]): Bar => ({
	id: `override:${override.id}`,
	kind: 'override',
	start: Date.parse(override.starts_at),
	end: Date.parse(override.ends_at),
	userId: override.user_id,
	name: override.user_name,
	active: override.active,
	rotationId: override.rotation_id,
	overrideId: override.id,
	replaced: replacedBy(override.id, final),
	cut: WHOLE
});

/** Everybody whose place somebody takes in an override, over all of its parts. */
function replacedBy(overrideId: string, final: Shift[]): PersonRef[] {
	const people = new Map<string, PersonRef>();
	for (const shift of final)
		if (shift.override_id === overrideId) for (const one of shift.replaced) people.set(one.id, one);
	return [...people.values()];
}

const gapBar = (start: string, end: string): Bar => ({
	id: `gap:${start}`,
	kind: 'gap',
	start: Date.parse(start),
	end: Date.parse(end),
	userId: '',
	name: 'Nobody',
	active: true,
	rotationId: null,
	overrideId: null,
	replaced: [],
	cut: WHOLE
});

/** Puts each bar into the row of its rotation if it is free there, else into the first that is. */
export function pack(bars: Bar[], rowOf: (bar: Bar) => number = () => 0): Bar[][] {
	const rows: Bar[][] = [];
	const free = (row: number, bar: Bar) => (rows[row]?.at(-1)?.end ?? -Infinity) <= bar.start;
	for (const bar of [...bars].sort((a, b) => a.start - b.start || a.end - b.end)) {
		const wanted = rowOf(bar);
		let row = free(wanted, bar) ? wanted : 0;
		while (!free(row, bar)) row++;
		while (rows.length <= row) rows.push([]);
		rows[row]?.push(bar);
	}
	return rows.filter((row) => row.length > 0);
}

interface Named {
	id: string;
	name: string;
}

function finalLane({ final, gaps }: Calendar, rotations: Named[]): Lane {
	const bars = [
		...final.map((shift) => shiftBar('final', shift)),
		...gaps.map((gap) => gapBar(gap.starts_at, gap.ends_at))
	];
	const order = new Map(rotations.map(({ id }, index) => [id, index]));
	const rowOf = (bar: Bar) => (bar.rotationId === null ? 0 : (order.get(bar.rotationId) ?? 0));
	return { id: 'final', kind: 'final', label: 'On call', rotationId: null, rows: pack(bars, rowOf) };
}

/** The server cuts shifts and gaps to what was asked for. */
function marked(lane: Lane, { from, to }: Calendar): Lane {
	const [first, last] = [Date.parse(from), Date.parse(to)];
	const cut = (bar: Bar): Bar => ({ ...bar, cut: { start: bar.start <= first, end: bar.end >= last } });
	return { ...lane, rows: lane.rows.map((row) => row.map(cut)) };
}

export function lanesOf(calendar: Calendar, rotations: Named[]): Lane[] {
	const { planned, overrides, final } = calendar;
	const known = new Set(rotations.map(({ id }) => id));
	const former = [...new Set(planned.map(({ rotation_id }) => rotation_id ?? ''))].filter(
		(id) => id && !known.has(id)
	);
	return [
		marked(finalLane(calendar, rotations), calendar),
		{
			id: 'overrides',
			kind: 'overrides',
			label: 'Overrides',
			rotationId: null,
			rows: pack(overrides.map((override) => overrideBar(override, final)))
		},
		...[...rotations, ...former.map((id) => ({ id, name: 'Removed rotation' }))].map(({ id, name }) =>
			marked(plannedLane(id, name, planned), calendar)
		)
	];
}

const plannedLane = (id: string, label: string, planned: Shift[]): Lane => ({
	id: `rotation:${id}`,
	kind: 'rotation',
	label,
	rotationId: id,
	rows: pack(planned.filter(({ rotation_id }) => rotation_id === id).map((shift) => shiftBar(id, shift)))
});

/** The final schedule of a preview: each rotation in its row, as far as that goes. */
export function previewRows(shifts: Shift[], gaps: Calendar['gaps'], order: string[]): Bar[][] {
	const bars = [
		...shifts.map((shift) => shiftBar('preview', shift)),
		...gaps.map((gap) => gapBar(gap.starts_at, gap.ends_at))
	];
	return pack(bars, ({ rotationId }) => Math.max(0, order.indexOf(rotationId ?? '')));
}

export const within = (bar: { start: number; end: number }, span: { start: number; end: number }): boolean =>
	bar.end > span.start && bar.start < span.end;

type Way = 'ArrowLeft' | 'ArrowRight' | 'ArrowUp' | 'ArrowDown' | 'Home' | 'End';

export const isWay = (key: string): key is Way =>
	['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown', 'Home', 'End'].includes(key);

/** Where the focus goes from a bar: along its row, or to what is nearest in time in the row above or below. */
export function neighbour(lanes: Lane[], id: string, way: Way): Bar | undefined {
	const rows = lanes.flatMap((lane) => lane.rows).filter((row) => row.length > 0);
	const at = rows.findIndex((row) => row.some((bar) => bar.id === id));
	const row = rows[at];
	if (!row) return rows[0]?.[0];
	const index = row.findIndex((bar) => bar.id === id);
	const here = row[index];
	if (way === 'Home') return row[0];
	if (way === 'End') return row.at(-1);
	if (way === 'ArrowLeft') return row[index - 1];
	if (way === 'ArrowRight') return row[index + 1];
	const other = rows[at + (way === 'ArrowUp' ? -1 : 1)];
	return here && other ? nearest(other, (here.start + here.end) / 2) : undefined;
}

function nearest(row: Bar[], at: number): Bar | undefined {
	const distance = (bar: Bar) => Math.max(bar.start - at, at - bar.end, 0);
	return row.reduce<Bar | undefined>(
		(best, bar) => (!best || distance(bar) < distance(best) ? bar : best),
		undefined
	);
}

/** "Ana", "Ana for Bo", "Nobody": what is written on a bar, and what its spoken name begins with. */
export function titleOf(bar: Bar): string {
	// Who stands in for everybody stands in for themselves too: that is no news.
	const others = bar.replaced.filter(({ id }) => id !== bar.userId).map(({ name }) => name);
	return others.length ? `${bar.name} for ${others.join(', ')}` : bar.name;
}

const SIGN_PX = 7.8;
const PADDING_PX = 22;

/** The longest of these that has room, at last the first name; nothing if that has none either. */
export function fitting(texts: string[], width: number): string {
	const shortest = (texts.at(-1) ?? '').split(' ')[0] ?? '';
	const fits = (text: string) => text.length * SIGN_PX + PADDING_PX <= width;
	return [...texts, shortest].find(fits) ?? '';
}

export const initialsOf = (name: string): string =>
	name
		.split(/\s+/)
		.map((word) => word[0] ?? '')
		.slice(0, 2)
		.join('');

/** Who is on call, in the order of the rotations. */
export function inOrder<T extends { rotation: { id: string } | null }>(people: T[], rotations: Named[]): T[] {
	const place = ({ rotation }: T) => rotations.findIndex(({ id }) => id === rotation?.id);
	return [...people].sort((a, b) => place(a) - place(b));
}

/** When it is, and of what is cut only what is known. */
export function barTimes({ start, end, cut }: Pick<Bar, 'start' | 'end' | 'cut'>, zone: string): string {
	if (cut.start && cut.end) return 'all the time';
	if (cut.start) return `until ${dayTimeText(end, zone)}`;
	return cut.end ? `from ${dayTimeText(start, zone)}` : spanText(start, end, zone);
}

export const barLength = ({ start, end, cut }: Pick<Bar, 'start' | 'end' | 'cut'>): string =>
	`${cut.start || cut.end ? 'more than ' : ''}${lengthText(end - start)}`;
