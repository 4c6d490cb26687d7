// What the charts over time are given.
import type { IncidentLine, ReportLine } from '$lib/api/types';
import type { PlotData } from './Plot.svelte';
import { count, span, spanTick, stepLabel, stepTitle, type Step } from './words';

const pointsOf = (lines: { key: string }[], step: Step) =>
	lines.map(({ key }) => ({ label: stepLabel(key, step), title: stepTitle(key, step) }));

export function alertsPlot(lines: ReportLine[], step: Step): PlotData {
	return {
		kind: 'count',
		points: pointsOf(lines, step),
		series: [
			{
				name: 'Acknowledged',
				color: 'var(--color-accent)',
				shape: 'bar',
				values: lines.map((line) => line.acknowledged)
			},
			{
				name: 'Not acknowledged',
				color: 'var(--color-p2)',
				shape: 'bar',
				values: lines.map((line) => line.alerts - line.acknowledged)
			}
		],
		say: (value) => (value === null ? '–' : count(value)),
		tick: count
	};
}

export function timesPlot(
	lines: ReportLine[],
	step: Step,
	of: 'time_to_acknowledge' | 'time_to_close'
): PlotData {
	return {
		kind: 'time',
		points: pointsOf(lines, step),
		series: [
			{
				name: 'Median',
				color: 'var(--color-accent)',
				shape: 'line',
				values: lines.map((line) => line[of].median_seconds)
			},
			{
				name: 'Nine of ten within',
				color: 'var(--color-p2)',
				shape: 'line',
				dashed: true,
				values: lines.map((line) => line[of].p90_seconds)
			}
		],
		say: span,
		tick: spanTick
	};
}

export function incidentsPlot(lines: IncidentLine[], step: Step): PlotData {
	return {
		kind: 'count',
		points: pointsOf(lines, step),
		series: [
			{
				name: 'Resolved',
				color: 'var(--color-accent)',
				shape: 'bar',
				values: lines.map((line) => line.resolved)
			},
			{
				name: 'Not resolved',
				color: 'var(--color-p2)',
				shape: 'bar',
				values: lines.map((line) => line.incidents - line.resolved)
			}
		],
		say: (value) => (value === null ? '–' : count(value)),
		tick: count
	};
}
