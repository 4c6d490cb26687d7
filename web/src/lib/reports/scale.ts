// Where the lines of a chart's axis stand: at round numbers, and for times at round times.

const TIMES = [
	1,
	2,
	5,
	10,
	15,
	30,
	...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * 60),
	...[1, 2, 3, 6, 12].map((hours) => hours * 3600),
	...[1, 2, 5, 7, 14, 30].map((days) => days * 86_400)
];

export type Kind = 'count' | 'time';

/** From 0 to the first round number that holds `most`, in at most five steps. */
export function ticks(most: number, kind: Kind): number[] {
	const step = kind === 'time' ? timeStep(most) : countStep(most);
	const lines = Math.max(1, Math.ceil(most / step));
	return Array.from({ length: lines + 1 }, (_, line) => line * step);
}

function timeStep(most: number): number {
	return TIMES.find((step) => most / step <= 5) ?? Math.ceil(most / 5 / 2_592_000) * 2_592_000;
}

function countStep(most: number): number {
	const rough = Math.max(1, most / 5);
	const power = 10 ** Math.floor(Math.log10(rough));
	return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= rough) ?? rough;
}

/** Which of so many labels there is room for: every nth, counted from the first. */
export const every = (many: number, room: number): number => Math.max(1, Math.ceil(many / Math.max(1, room)));
