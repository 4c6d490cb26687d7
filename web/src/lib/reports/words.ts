// Figures as people say them.

/** "–" when there is nothing to say. */
export function span(seconds: number | null): string {
	if (seconds === null) return '–';
	if (seconds < 90) return `${Math.round(seconds)} s`;
	if (seconds < 90 * 60) return `${Math.round(seconds / 60)} min`;
	if (seconds < 36 * 3600) return `${rounded(seconds / 3600)} h`;
	return `${rounded(seconds / 86_400)} d`;
}

const rounded = (value: number): string => value.toFixed(value < 10 && value % 1 ? 1 : 0);

/** Of an axis: "0", "5 min", "1 h". */
export function spanTick(seconds: number): string {
	if (seconds === 0) return '0';
	return seconds % 3600 === 0 && seconds < 86_400 ? `${seconds / 3600} h` : span(seconds);
}

export const hours = (seconds: number): string => `${Math.round(seconds / 3600).toLocaleString('en')} h`;

export const count = (many: number): string => many.toLocaleString('en');

/** Never "100 %" of something that is not whole. */
export function percent(share: number | null): string {
	if (share === null) return '–';
	const shown = share * 100;
	if (shown > 99 && shown < 100) return `${Math.min(99.9, Math.floor(shown * 10) / 10)} %`;
	return `${shown < 1 && shown > 0 ? shown.toFixed(1) : Math.round(shown)} %`;
}

const DAY = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });
const LONG = new Intl.DateTimeFormat('en-GB', {
	weekday: 'short',
	day: 'numeric',
	month: 'short',
	year: 'numeric',
	timeZone: 'UTC'
});
const MONTH = new Intl.DateTimeFormat('en-GB', { month: 'short', year: 'numeric', timeZone: 'UTC' });

export type Step = 'day' | 'week' | 'month';

/** Of a day that a step begins with: short for the axis. */
export const stepLabel = (day: string, step: Step): string =>
	(step === 'month' ? MONTH : DAY).format(Date.parse(day));

export function stepTitle(day: string, step: Step): string {
	if (step === 'month') return MONTH.format(Date.parse(day));
	return step === 'week' ? `Week of ${LONG.format(Date.parse(day))}` : LONG.format(Date.parse(day));
}

export const dayText = (day: string): string => LONG.format(Date.parse(day));
