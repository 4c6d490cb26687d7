// Figures as shapes.

/** For each point the parts of its bar, one standing on the other. */
export function stacked(series: (number | null)[][]): { from: number; to: number }[][] {
	return (series[0] ?? []).map((_, place) => {
		let height = 0;
		return series.map((values) => ({ from: height, to: (height += values[place] ?? 0) }));
	});
}

/** A path through the values, broken where there is none. */
export function linePath(
	values: (number | null)[],
	x: (place: number) => number,
	y: (value: number) => number
): string {
	let path = '';
	values.forEach((value, place) => {
		if (value === null) return;
		const begins = (values[place - 1] ?? null) === null;
		path += `${begins ? 'M' : 'L'}${x(place).toFixed(1)} ${y(value).toFixed(1)}`;
	});
	return path;
}

/** The values that no line goes through, by their places. */
export const lonely = (values: (number | null)[]): [number, number][] =>
	values.flatMap((value, place) =>
		value !== null && (values[place - 1] ?? null) === null && (values[place + 1] ?? null) === null
			? [[place, value]]
			: []
	);
