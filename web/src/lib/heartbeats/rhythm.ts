// How a heartbeat has come lately, and its interval as people say it.
import type { Heartbeat } from '$lib/api/types';

export const UNITS = [
	{ value: '1', label: 'seconds' },
	{ value: '60', label: 'minutes' },
	{ value: '3600', label: 'hours' },
	{ value: '86400', label: 'days' }
];

/** 5400 is 90 minutes: the largest unit in which it is whole. */
export function inUnit(seconds: number): { count: number; unit: string } {
	const unit = UNITS.findLast(({ value }) => seconds >= Number(value) && seconds % Number(value) === 0);
	return { count: seconds / Number(unit?.value ?? 1), unit: unit?.value ?? '1' };
}

export function everyInWords(seconds: number): string {
	const { count, unit } = inUnit(seconds);
	const word = UNITS.find(({ value }) => value === unit)?.label ?? 'seconds';
	return count === 1 ? `every ${word.slice(0, -1)}` : `every ${count} ${word}`;
}

export interface Beat {
	at: string;
	/** It came after more than the interval and the grace: somebody was told of the silence before it. */
	afterSilence: boolean;
}

/** The oldest first, as a strip is read. */
export function strip({ recent_pings, interval_seconds, grace_seconds }: Heartbeat): Beat[] {
	const most = (interval_seconds + grace_seconds) * 1000;
	return recent_pings
		.map((at, i) => {
			const before = recent_pings[i + 1];
			return { at, afterSilence: before !== undefined && Date.parse(at) - Date.parse(before) > most };
		})
		.reverse();
}
