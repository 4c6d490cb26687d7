// Instants and spans in words.

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const dayAndTime = new Intl.DateTimeFormat('en-GB', {
	day: 'numeric',
	month: 'short',
	hour: '2-digit',
	minute: '2-digit'
});
const dayMonthYear = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });
const hourMinute = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const full = new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeStyle: 'long' });

const instant = (at: string | number): number => (typeof at === 'number' ? at : Date.parse(at));

/** "3 min ago", and a date once that says more. */
export function ago(at: string | number, now: number): string {
	const span = now - instant(at);
	if (span < -60 * DAY) return `on ${dayMonthYear.format(instant(at))}`;
	if (span < -MINUTE) return `in ${spanOf(-span)}`;
	if (span < 45 * SECOND) return 'just now';
	if (span < 7 * DAY) return `${spanOf(span)} ago`;
	return dayMonthYear.format(instant(at));
}

function spanOf(ms: number): string {
	if (ms < 90 * MINUTE) return `${Math.max(1, Math.round(ms / MINUTE))} min`;
	if (ms < 36 * HOUR) return `${Math.round(ms / HOUR)} h`;
	return `${Math.round(ms / DAY)} d`;
}

/** "2:10", "1:05:00", then in days: what is left, never less than nothing. */
export function countdown(ms: number): string {
	const seconds = Math.max(0, Math.ceil(ms / SECOND));
	const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
	const two = (n: number) => String(n).padStart(2, '0');
	if (h >= 48) return `${Math.round(h / 24)} days`;
	return h ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** "1 h 30 min" of a number of seconds. */
export function duration(seconds: number): string {
	if (seconds === 0) return '0 min';
	const parts: [number, string][] = [
		[Math.floor(seconds / 86400), 'd'],
		[Math.floor(seconds / 3600) % 24, 'h'],
		[Math.floor(seconds / 60) % 60, 'min'],
		[seconds % 60, 's']
	];
	return parts
		.filter(([n]) => n)
		.map(([n, unit]) => `${n} ${unit}`)
		.join(' ');
}

export const milliseconds = (ms: number): string => (ms < 1000 ? `${ms} ms` : `${(ms / 1000).toFixed(1)} s`);

/** With the zone: for a title, where nothing may be left open. */
export const exact = (at: string | number): string => full.format(instant(at));

/** The time of day, with the day unless it is today. */
export function clockTime(at: string | number, now: number): string {
	const same = new Date(instant(at)).toDateString() === new Date(now).toDateString();
	return (same ? hourMinute : dayAndTime).format(instant(at));
}

/** For <input type="datetime-local">: local wall-clock time without a zone. */
export function localInput(at: number): string {
	const shifted = new Date(at - new Date(at).getTimezoneOffset() * MINUTE);
	return shifted.toISOString().slice(0, 16);
}
