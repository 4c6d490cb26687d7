// Which incidents are listed: the address says it, so that a view can be shared, bookmarked and gone back to.
import type { IncidentStatus, Priority, Severity } from '$lib/api/types';
import { PRIORITIES } from '$lib/alerts/words';
import { INCIDENT_STATUSES, OPEN_STATUSES, SEVERITIES } from './words';

/** "chosen": some of the statuses, by hand. */
export type IncidentView = 'open' | 'resolved' | 'all' | 'chosen';

export interface IncidentFilter {
	statuses: IncidentStatus[];
	severities: Severity[];
	priorities: Priority[];
	team: string;
	/** Only those that the reader is on. */
	mine: boolean;
	text: string;
}

export const OPEN_INCIDENTS: IncidentFilter = {
	statuses: OPEN_STATUSES,
	severities: [],
	priorities: [],
	team: '',
	mine: false,
	text: ''
};

const STATUSES_OF: Record<Exclude<IncidentView, 'chosen'>, IncidentStatus[]> = {
	open: OPEN_STATUSES,
	resolved: ['resolved'],
	all: []
};

export const statusesOf = (view: IncidentView): IncidentStatus[] =>
	view === 'chosen' ? OPEN_STATUSES : STATUSES_OF[view];

export function viewOf({ statuses }: IncidentFilter): IncidentView {
	const views = Object.entries(STATUSES_OF) as [IncidentView, IncidentStatus[]][];
	return views.find(([, meant]) => meant.join() === statuses.join())?.[0] ?? 'chosen';
}

const among = <T extends string>(values: readonly T[], given: string[]): T[] =>
	values.filter((value) => given.includes(value));

export function incidentFilterOf(params: URLSearchParams): IncidentFilter {
	const given = params.getAll('status');
	const chosen = among(INCIDENT_STATUSES, given);
	const every = given.includes('all') || chosen.length === INCIDENT_STATUSES.length;
	return {
		statuses: every ? [] : chosen.length ? chosen : OPEN_STATUSES,
		severities: among(SEVERITIES, params.getAll('severity')),
		priorities: among(PRIORITIES, params.getAll('priority')),
		team: params.get('team') ?? '',
		mine: params.get('mine') === 'yes',
		text: params.get('q') ?? ''
	};
}

export function incidentAddress(filter: IncidentFilter, pages = 1): string {
	const params = new URLSearchParams();
	const view = viewOf(filter);
	if (view === 'all') params.set('status', 'all');
	else if (view !== 'open') for (const status of filter.statuses) params.append('status', status);
	for (const severity of filter.severities) params.append('severity', severity);
	for (const priority of filter.priorities) params.append('priority', priority);
	if (filter.team) params.set('team', filter.team);
	if (filter.mine) params.set('mine', 'yes');
	if (filter.text.trim()) params.set('q', filter.text.trim());
	if (pages > 1) params.set('pages', String(pages));
	return params.size ? `/incidents?${params}` : '/incidents';
}

export interface IncidentQuery {
	status?: IncidentStatus[];
	severity?: Severity[];
	priority?: Priority[];
	team_id?: string;
	responder_id?: string;
	search?: string;
}

/** The same question as the server understands it. */
export function incidentQueryOf(filter: IncidentFilter, me: string): IncidentQuery {
	const query: IncidentQuery = {
		status: filter.statuses,
		severity: filter.severities,
		priority: filter.priorities,
		team_id: filter.team,
		responder_id: filter.mine ? me : '',
		search: filter.text.trim()
	};
	return Object.fromEntries(Object.entries(query).filter(([, value]) => value?.length)) as IncidentQuery;
}

/** How many filters are set besides the view. */
export const incidentFiltersSet = ({ severities, priorities, team, mine, text }: IncidentFilter): number =>
	[severities.length, priorities.length, team, mine, text.trim()].filter(Boolean).length;
