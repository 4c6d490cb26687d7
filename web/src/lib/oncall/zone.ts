// Wall clocks and instants. An instant is a number of milliseconds; what a clock shows needs a zone, always.
import {
	CalendarDate,
	CalendarDateTime,
	fromAbsolute,
	getLocalTimeZone,
	parseDate,
	parseDateTime,
	toCalendarDate,
	toCalendarDateTime,
	toZoned
} from '@internationalized/date';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export const myZone = (): string => getLocalTimeZone();

export const wallOf = (at: number, zone: string): CalendarDateTime =>
	toCalendarDateTime(fromAbsolute(at, zone));

export const dateOf = (at: number, zone: string): CalendarDate => toCalendarDate(wallOf(at, zone));

export const offsetOf = (at: number, zone: string): number => fromAbsolute(at, zone).offset;

/** As the server has it: a skipped time is the first instant after the gap, a repeated one its first pass. */
export function instantOf(wall: CalendarDateTime, zone: string): number {
	const first = toZoned(wall, zone, 'earlier').toDate().getTime();
	if (wallOf(first, zone).compare(wall) === 0) return first;
	return firstAfterGap(first, toZoned(wall, zone, 'later').toDate().getTime(), zone);
}

function firstAfterGap(before: number, after: number, zone: string): number {
	const old = offsetOf(before, zone);
	while (after - before > 1) {
		const middle = Math.floor((before + after) / 2);
		if (offsetOf(middle, zone) === old) before = middle;
		else after = middle;
	}
	return after;
}

/** The first instant of a local day; where midnight is skipped (Cairo), that is one o'clock. */
export const dayStart = (date: CalendarDate, zone: string): number =>
	instantOf(toCalendarDateTime(date), zone);

/** The nearest instant at which the local clock shows a multiple of `minutes`. */
export function snap(at: number, minutes: number, zone: string): number {
	const step = minutes * MINUTE;
	const wall = wallOf(at, zone);
	// By the offset that holds here, so that the second pass of a repeated hour stays the second.
	const past = ((wall.hour * 60 + wall.minute) * MINUTE + wall.second * 1000 + wall.millisecond) % step;
	return past * 2 < step ? at - past : at - past + step;
}

/** How far apart two instants are on the wall: a night is nine hours also when the clocks change in it. */
export function wallSpan(start: number, end: number, zone: string): number {
	return end - start + offsetOf(end, zone) - offsetOf(start, zone);
}

/** The instant at which the clock shows `ms` more than at `start`. */
export const addWall = (start: number, ms: number, zone: string): number =>
	instantOf(wallOf(start, zone).add({ milliseconds: ms }), zone);

export const day = (text: string): CalendarDate => parseDate(text);

export function dayOr(text: string | null, otherwise: CalendarDate): CalendarDate {
	try {
		return text ? parseDate(text) : otherwise;
	} catch {
		return otherwise;
	}
}

/** For <input type="datetime-local">, which knows no zone. */
export const fieldOf = (at: number, zone: string): string => wallOf(at, zone).toString().slice(0, 16);

/** Null while the field is not filled in. */
export function fromField(text: string, zone: string): number | null {
	try {
		return instantOf(parseDateTime(text), zone);
	} catch {
		return null;
	}
}

/** Does a clock there show the same as here? */
export const sameClock = (one: string, other: string, at: number): boolean =>
	one === other || offsetOf(at, one) === offsetOf(at, other);

/** "Berlin", "New York", "UTC". */
export const placeOf = (zone: string): string => (zone.split('/').at(-1) ?? zone).replaceAll('_', ' ');

/** "Berlin time", "UTC". */
export const clockOf = (zone: string): string =>
	['UTC', 'GMT'].includes(placeOf(zone)) ? placeOf(zone) : `${placeOf(zone)} time`;

/** "UTC+1", "UTC+10:30". */
export function offsetName(at: number, zone: string): string {
	const minutes = Math.round(offsetOf(at, zone) / MINUTE);
	if (!minutes) return 'UTC';
	const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
	return `UTC${minutes < 0 ? '−' : '+'}${hours}${rest ? `:${String(rest).padStart(2, '0')}` : ''}`;
}

export const allZones = (): string[] => [
	'UTC',
	...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC')
];
