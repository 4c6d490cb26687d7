// Instants, spans and plans in words, always by the clock of a named zone.
import { dateOf, day, HOUR, MINUTE } from './zone';

const formats = new Map<string, Intl.DateTimeFormat>();

function format(at: number, zone: string, options: Intl.DateTimeFormatOptions): string {
	const name = zone + JSON.stringify(options);
	let found = formats.get(name);
	if (!found) {
		found = new Intl.DateTimeFormat('en-GB', { timeZone: zone, ...options });
		formats.set(name, found);
	}
	return found.format(at).replace(',', '');
}

const CLOCK = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;

/** "09:00" */
export const timeText = (at: number, zone: string): string => format(at, zone, CLOCK);

/** "Mon 16 Nov" */
export const dayText = (at: number, zone: string): string =>
	format(at, zone, { weekday: 'short', day: 'numeric', month: 'short' });

/** "Monday 16 November" */
export const longDayText = (at: number, zone: string): string =>
	format(at, zone, { weekday: 'long', day: 'numeric', month: 'long' });

/** "Mon 16 Nov 09:00" */
export const dayTimeText = (at: number, zone: string): string => `${dayText(at, zone)} ${timeText(at, zone)}`;

/** As short as leaves no doubt: "18:00" today, "Mon 09:00" this week, "30 Nov 09:00", with the year when it is another. */
export function whenText(at: number, zone: string, now: number): string {
	const [then, today] = [dateOf(at, zone), dateOf(now, zone)];
	const days = then.compare(today);
	const time = timeText(at, zone);
	if (days === 0) return time;
	if (days > 0 && days < 7) return `${format(at, zone, { weekday: 'short' })} ${time}`;
	const year = then.year === today.year ? {} : ({ year: 'numeric' } as const);
	return `${format(at, zone, { day: 'numeric', month: 'short', ...year })} ${time}`;
}

/** "Mon 16 Nov 09:00–17:00", "Mon 16 Nov 09:00 – Mon 23 Nov 09:00" */
export function spanText(start: number, end: number, zone: string): string {
	if (dateOf(start, zone).compare(dateOf(end, zone)) === 0)
		return `${dayTimeText(start, zone)}–${timeText(end, zone)}`;
	return `${dayTimeText(start, zone)} – ${dayTimeText(end, zone)}`;
}

/** "7 d", "2 d 4 h", "8 h 30 min" */
export function lengthText(ms: number): string {
	const minutes = Math.round(ms / MINUTE);
	const parts: [number, string][] = [
		[Math.floor(minutes / 1440), 'd'],
		[Math.floor(minutes / 60) % 24, 'h'],
		[minutes % 60, 'min']
	];
	const said = parts.filter(([n]) => n).map(([n, unit]) => `${n} ${unit}`);
	return said.join(' ') || '0 min';
}

/** "168 h", "37.5 h" */
export const hoursText = (hours: number): string => `${(Math.round(hours * 10) / 10).toLocaleString('en')} h`;

export const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;
export const LONG_WEEKDAYS = [
	'Monday',
	'Tuesday',
	'Wednesday',
	'Thursday',
	'Friday',
	'Saturday',
	'Sunday'
] as const;

/** "1 Jan 2027" */
export const dateText = (date: string): string =>
	format(day(date).toDate('UTC').getTime(), 'UTC', { day: 'numeric', month: 'short', year: 'numeric' });

/** ISO: 1 is Monday. */
export function weekdayOf(date: string): number {
	return new Date(day(date).toDate('UTC')).getUTCDay() || 7;
}

/** "Mon–Fri", "Sat and Sun", "Mon, Wed", "every day" */
export function daysText(days: number[]): string {
	const sorted = [...new Set(days)].sort((a, b) => a - b);
	if (sorted.length === 0 || sorted.length === 7) return 'every day';
	const names = sorted.map((one) => WEEKDAYS[one - 1] ?? '');
	const [first = 0, last = 0] = [sorted[0], sorted.at(-1)];
	if (sorted.length > 2 && last - first === sorted.length - 1) return `${names[0]}–${names.at(-1)}`;
	return sorted.length === 2 ? names.join(' and ') : names.join(', ');
}

export const hoursBetween = (start: string, end: string): number =>
	(Date.parse(end) - Date.parse(start)) / HOUR;
