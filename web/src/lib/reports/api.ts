// What the console asks the server about the past.
import { api } from '$lib/api/client';
import { take } from '$lib/api/problem';
import type { ReportQuery } from './question';
import type { Step } from './words';

/** The same address answers CSV as well, which is not asked for here. */
const json = async <T>(answer: Promise<T>) => (await answer) as Exclude<T, string>;

export type By = 'priority' | 'source' | 'team' | 'hour_of_week';

export const response = (query: ReportQuery, step: Step) =>
	json(take(api.GET('/api/v1/reports/response', { params: { query: { ...query, step } } })));

export const alertsBy = async (query: ReportQuery, by: By) =>
	(await json(take(api.GET('/api/v1/reports/alerts', { params: { query: { ...query, by } } })))).items;

export const noise = async (query: ReportQuery) =>
	(await json(take(api.GET('/api/v1/reports/noise', { params: { query } })))).items;

export const load = async (query: ReportQuery) =>
	(await json(take(api.GET('/api/v1/reports/load', { params: { query } })))).items;

export const delivery = async (query: ReportQuery) =>
	(await json(take(api.GET('/api/v1/reports/delivery', { params: { query } })))).items;

export type IncidentsBy = 'severity' | 'team' | Step;

export const incidentsBy = (query: ReportQuery, by: IncidentsBy) =>
	json(take(api.GET('/api/v1/reports/incidents', { params: { query: { ...query, by } } })));

export type Report = 'response' | 'alerts' | 'noise' | 'load' | 'delivery' | 'incidents';
export type More = { by?: By | IncidentsBy; step?: Step; limit?: number };

/** As a file of the browser: a plain link would come without the access token. */
export async function saveCsv(report: Report, query: ReportQuery, more: More = {}): Promise<void> {
	const text = await take(
		api.GET(`/api/v1/reports/${report}`, {
			params: { query: { ...query, ...(more as object), format: 'csv' } },
			parseAs: 'text'
		})
	);
	const link = document.createElement('a');
	link.href = URL.createObjectURL(new Blob([String(text)], { type: 'text/csv' }));
	link.download = `${[report, more.by, query.from, query.to].filter(Boolean).join('-')}.csv`;
	link.click();
	setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
