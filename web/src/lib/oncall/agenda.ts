// The schedule as a list by days: for a phone, and for whoever would rather read than look.
import type { Bar } from './lanes';
import { within } from './lanes';
import type { Day } from './range';
import { timeText } from './words';

export interface Entry {
	bar: Bar;
	/** "all day", "from 09:00", "until 09:00", "09:00–17:00" */
	when: string;
}

export interface AgendaDay {
	day: Day;
	entries: Entry[];
}

function whenWithin(bar: Bar, day: Day, zone: string): string {
	const [before, after] = [bar.start <= day.start, bar.end >= day.end];
	if (before && after) return 'all day';
	if (before) return `until ${timeText(bar.end, zone)}`;
	if (after) return `from ${timeText(bar.start, zone)}`;
	return `${timeText(bar.start, zone)}–${timeText(bar.end, zone)}`;
}

export const agenda = (bars: Bar[], days: Day[], zone: string): AgendaDay[] =>
	days.map((day) => ({
		day,
		entries: bars
			.filter((bar) => within(bar, day))
			.sort((a, b) => Math.max(a.start, day.start) - Math.max(b.start, day.start) || a.end - b.end)
			.map((bar) => ({ bar, when: whenWithin(bar, day, zone) }))
	}));
