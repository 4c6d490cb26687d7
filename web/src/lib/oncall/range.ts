// Which days does the timeline show? Spans are of local days, so that a day of 23 hours is 23 hours wide.
import { endOfMonth, startOfMonth, startOfWeek, type CalendarDate } from '@internationalized/date';
import { DAY, dateOf, dayStart, HOUR, wallOf } from './zone';

export const VIEWS = ['day', 'week', 'fortnight', 'month'] as const;
export type View = (typeof VIEWS)[number];

export const VIEW_NAMES: Record<View, string> = {
	day: 'Day',
	week: 'Week',
	fortnight: '2 weeks',
	month: 'Month'
};

/** To what minutes dragging snaps. */
export const STEPS: Record<View, number> = { day: 15, week: 30, fortnight: 30, month: 60 };

export interface Day {
	date: string;
	start: number;
	end: number;
}

export interface Range {
	view: View;
	zone: string;
	start: number;
	end: number;
	days: Day[];
}

export interface Tick {
	at: number;
	label: string;
}

const monday = (date: CalendarDate): CalendarDate => startOfWeek(date, 'en-GB', 'mon');

function edges(view: View, date: CalendarDate): [CalendarDate, CalendarDate] {
	if (view === 'day') return [date, date.add({ days: 1 })];
	if (view === 'month') return [startOfMonth(date), endOfMonth(date).add({ days: 1 })];
	const first = monday(date);
	return [first, first.add({ weeks: view === 'week' ? 1 : 2 })];
}

export function rangeOf(view: View, date: CalendarDate, zone: string): Range {
	const [first, last] = edges(view, date);
	return between(view, first, last, zone);
}

/** So many days from this one on, for a preview. */
export const rangeFrom = (date: CalendarDate, days: number, zone: string): Range =>
	between('month', date, date.add({ days }), zone);

function between(view: View, first: CalendarDate, last: CalendarDate, zone: string): Range {
	const days: Day[] = [];
	for (let one = first; one.compare(last) < 0; one = one.add({ days: 1 })) {
		const [start, end] = [dayStart(one, zone), dayStart(one.add({ days: 1 }), zone)];
		// Apia had no 30 December 2011.
		if (end > start) days.push({ date: one.toString(), start, end });
	}
	return { view, zone, start: dayStart(first, zone), end: dayStart(last, zone), days };
}

/** The date to show after pressing "back" or "next". */
export function step(view: View, date: CalendarDate, by: 1 | -1): CalendarDate {
	if (view === 'day') return date.add({ days: by });
	if (view === 'month') return startOfMonth(date).add({ months: by });
	return monday(date).add({ weeks: view === 'week' ? by : 2 * by });
}

/** What is asked for: more than is shown, so that shifts that cross an edge have their true ends. */
export function askedFor({ start, end }: Pick<Range, 'start' | 'end'>): { from: string; to: string } {
	const margin = Math.max(8 * DAY, end - start) + DAY;
	return { from: new Date(start - margin).toISOString(), to: new Date(end + margin).toISOString() };
}

/** Where an instant lies, from 0 to 1. */
export const placeIn = (at: number, { start, end }: Pick<Range, 'start' | 'end'>): number =>
	(at - start) / (end - start);

/** How long a day is, when it is not the usual: "23 h". */
export function oddHours({ start, end }: Day): string {
	const hours = (end - start) / HOUR;
	return hours === 24 ? '' : `${hours} h`;
}

const EACH = [1, 2, 3, 6, 12];
/** A label of five figures, with some air. */
const LABEL_PX = 44;

/** Full hours of the local clock, as many as have room; both passes of a repeated hour. */
export function hourTicks({ zone, days, start, end }: Range, width: number): Tick[] {
	const perHour = (width / (end - start)) * HOUR;
	const each = EACH.find((hours) => hours * perHour >= LABEL_PX);
	if (!each) return [];
	const ticks: Tick[] = [];
	for (const day of days)
		for (let at = day.start; at < day.end; at += HOUR / 4) {
			const { hour, minute } = wallOf(at, zone);
			if (minute === 0 && hour % each === 0) ticks.push({ at, label: `${String(hour).padStart(2, '0')}:00` });
		}
	return ticks;
}

/** "16 – 22 November 2026" */
export function rangeName({ view, start, end, zone }: Range): string {
	const text = (at: number, options: Intl.DateTimeFormatOptions) =>
		new Intl.DateTimeFormat('en-GB', { timeZone: zone, ...options }).format(at);
	const whole = { day: 'numeric', month: 'long', year: 'numeric' } as const;
	if (view === 'day') return text(start, { weekday: 'long', ...whole });
	if (view === 'month') return text(start, { month: 'long', year: 'numeric' });
	const [first, last] = [dateOf(start, zone), dateOf(end - 1, zone)];
	if (first.year !== last.year) return `${text(start, whole)} – ${text(end - 1, whole)}`;
	const month = first.month === last.month ? {} : ({ month: 'long' } as const);
	return `${text(start, { day: 'numeric', ...month })} – ${text(end - 1, whole)}`;
}
