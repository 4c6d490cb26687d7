// The inbox's filter: its one place is the address, so that a view can be shared, bookmarked and gone back to.
import type { Alert, Priority, Status } from '$lib/api/types';
import { sinceOf, withinOf, type Within } from '$lib/ui/within';
import { PRIORITIES } from './words';

export const VIEWS = ['active', 'open', 'acknowledged', 'snoozed', 'closed', 'all'] as const;
export type View = (typeof VIEWS)[number];

export interface Filter {
	view: View;
	priorities: Priority[];
	tags: string[];
	source: string;
	/** "me", "user:<id>", "team:<id>", or anybody. */
	assignee: string;
	text: string;
	within: Within | '';
	from: string;
	to: string;
}

export const NO_FILTER: Filter = {
	view: 'active',
	priorities: [],
	tags: [],
	source: '',
	assignee: '',
	text: '',
	within: '',
	from: '',
	to: ''
};

const isIn = <T extends string>(values: readonly T[], text: string | null): text is T =>
	values.includes(text as T);

export function filterOf(params: URLSearchParams): Filter {
	const view = params.get('status');
	return {
		view: isIn(VIEWS, view) ? view : 'active',
		priorities: PRIORITIES.filter((priority) => params.getAll('priority').includes(priority)),
		tags: [...new Set(params.getAll('tag').filter(Boolean))],
		source: params.get('source') ?? '',
		assignee: params.get('assignee') ?? '',
		text: params.get('q') ?? '',
		within: withinOf(params.get('within')),
		from: params.get('from') ?? '',
		to: params.get('to') ?? ''
	};
}

export function paramsOf(filter: Filter): URLSearchParams {
	const params = new URLSearchParams();
	const set = (name: string, value: string) => value && params.set(name, value);
	if (filter.view !== 'active') params.set('status', filter.view);
	for (const priority of filter.priorities) params.append('priority', priority);
	for (const tag of filter.tags) params.append('tag', tag);
	set('source', filter.source);
	set('assignee', filter.assignee);
	set('q', filter.text.trim());
	set('within', filter.within);
	set('from', filter.from);
	set('to', filter.to);
	return params;
}

const STATUSES: Record<View, Status[]> = {
	active: ['open', 'acknowledged', 'snoozed'],
	open: ['open'],
	acknowledged: ['acknowledged'],
	snoozed: ['snoozed'],
	closed: ['closed'],
	all: []
};

export interface AlertQuery {
	status?: Status[];
	priority?: Priority[];
	tag?: string[];
	source?: string;
	assigned_to_user_id?: string;
	assigned_to_team_id?: string;
	search?: string;
	created_after?: string;
	created_before?: string;
	integration_id?: string;
}

function assigneeOf(
	assignee: string,
	me: string
): Pick<AlertQuery, 'assigned_to_user_id' | 'assigned_to_team_id'> {
	if (assignee === 'me') return { assigned_to_user_id: me };
	const [kind, id] = assignee.split(':');
	if (kind === 'user' && id) return { assigned_to_user_id: id };
	return kind === 'team' && id ? { assigned_to_team_id: id } : {};
}

const instant = (text: string): string | undefined =>
	Number.isNaN(Date.parse(text)) ? undefined : new Date(text).toISOString();

/** The same question as the server understands it. */
export function queryOf(filter: Filter, me: string, now: number): AlertQuery {
	const after = filter.within ? sinceOf(filter.within, now) : instant(filter.from);
	const query: AlertQuery = {
		status: STATUSES[filter.view],
		priority: filter.priorities,
		tag: filter.tags,
		source: filter.source,
		search: filter.text.trim(),
		created_after: after,
		created_before: filter.within ? undefined : instant(filter.to),
		...assigneeOf(filter.assignee, me)
	};
	return Object.fromEntries(Object.entries(query).filter(([, value]) => value && value.length)) as AlertQuery;
}

/** Whether a changed row still belongs to the view; what only the server can tell is left to it. */
export function belongs(alert: Alert, filter: Filter): boolean {
	const statuses = STATUSES[filter.view];
	if (statuses.length && !statuses.includes(alert.status)) return false;
	if (filter.priorities.length && !filter.priorities.includes(alert.priority)) return false;
	return filter.tags.every((tag) => alert.tags.includes(tag));
}

/** How many filters are set besides the view. */
export function filtersSet(filter: Filter): number {
	const { priorities, tags, source, assignee, text, within, from, to } = filter;
	return [priorities.length, tags.length, source, assignee, text.trim(), within || from || to].filter(Boolean)
		.length;
}
