// What the reports are asked: its one place is the address, so that a view can be shared and gone back to.
import type { Priority } from '$lib/api/types';
import { dateOf } from '$lib/oncall/zone';

export const RANGES = { '7d': 7, '30d': 30, '90d': 90, '12m': 365 } as const;
export type Range = keyof typeof RANGES;

export interface Question {
	/** Empty: from one day to another. */
	range: Range | '';
	from: string;
	to: string;
	zone: string;
	team: string;
	priority: Priority | '';
}

export interface ReportQuery {
	from: string;
	to: string;
	time_zone: string;
	team_id?: string;
	priority?: Priority[];
}

const A_DAY = /^\d{4}-\d{2}-\d{2}$/;
const PRIORITIES = ['P1', 'P2', 'P3', 'P4', 'P5'] as const;

export function questionOf(params: URLSearchParams, zone: string): Question {
	const range = params.get('range') ?? '';
	const [from, to] = [params.get('from') ?? '', params.get('to') ?? ''];
	const own = A_DAY.test(from) && A_DAY.test(to);
	return {
		range: range in RANGES ? (range as Range) : own ? '' : '30d',
		from: own ? from : '',
		to: own ? to : '',
		zone: params.get('zone') || zone,
		team: params.get('team') ?? '',
		priority: PRIORITIES.find((one) => one === params.get('priority')) ?? ''
	};
}

/** `zone` is the reader's own: that one goes without saying. */
export function addressOf(asked: Question, zone: string): string {
	const params = new URLSearchParams();
	if (asked.range) params.set('range', asked.range);
	else for (const name of ['from', 'to'] as const) params.set(name, asked[name]);
	if (asked.zone !== zone) params.set('zone', asked.zone);
	for (const name of ['team', 'priority'] as const) if (asked[name]) params.set(name, asked[name]);
	return `/reports?${params}`;
}

/** First and last day: of a range, counted back from today there. */
export function daysOf(asked: Question, now: number): { from: string; to: string } {
	if (!asked.range) return { from: asked.from, to: asked.to };
	const today = dateOf(now, asked.zone);
	return { from: today.subtract({ days: RANGES[asked.range] - 1 }).toString(), to: today.toString() };
}

export function queryOf(asked: Question, now: number): ReportQuery {
	return {
		...daysOf(asked, now),
		time_zone: asked.zone,
		...(asked.team && { team_id: asked.team }),
		...(asked.priority && { priority: [asked.priority] })
	};
}

/** In days a month can be read, in weeks a year. */
export function stepOf({ from, to }: { from: string; to: string }): 'day' | 'week' | 'month' {
	const days = (Date.parse(to) - Date.parse(from)) / 86_400_000;
	if (days <= 62) return 'day';
	return days <= 400 ? 'week' : 'month';
}
