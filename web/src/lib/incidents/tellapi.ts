// What the console asks the server about calling people into an incident, telling others, and what was learned.
import { api } from '$lib/api/client';
import { Problem, take } from '$lib/api/problem';
import type {
	IncidentPage,
	IncidentStatus,
	PageOf,
	Postmortem,
	StatusUpdate,
	Subscriber
} from '$lib/api/types';

const at = (incident_id: string) => ({ params: { path: { incident_id } } });
const first = (incident_id: string) => ({ params: { path: { incident_id }, query: { page_size: 100 } } });

export const pagesOf = (id: string): Promise<PageOf<IncidentPage>> =>
	take(api.GET('/api/v1/incidents/{incident_id}/pages', first(id)));

export interface CallInput {
	user_id?: string;
	team_id?: string;
	policy_id?: string;
	message: string;
}

export const callIn = (id: string, body: CallInput) =>
	take(api.POST('/api/v1/incidents/{incident_id}/pages', { ...at(id), body }));

export const callOff = (incident_id: string, page_id: string) =>
	take(
		api.POST('/api/v1/incidents/{incident_id}/pages/{page_id}/call-off', {
			params: { path: { incident_id, page_id } }
		})
	);

export const join = (id: string) => take(api.POST('/api/v1/incidents/{incident_id}/join', at(id)));

/** The first hundred. */
export const subscribersOf = (id: string): Promise<PageOf<Subscriber>> =>
	take(
		api.GET('/api/v1/incidents/{incident_id}/subscribers', {
			params: { path: { incident_id: id }, query: { page_size: 100 } }
		})
	);

export const subscribe = (id: string, body: { user_id?: string; email?: string }) =>
	take(api.POST('/api/v1/incidents/{incident_id}/subscribers', { ...at(id), body }));

export const unsubscribe = (incident_id: string, subscriber_id: string) =>
	take(
		api.DELETE('/api/v1/incidents/{incident_id}/subscribers/{subscriber_id}', {
			params: { path: { incident_id, subscriber_id } }
		})
	);

export const updatesOf = (id: string): Promise<PageOf<StatusUpdate>> =>
	take(api.GET('/api/v1/incidents/{incident_id}/updates', first(id)));

export const publishUpdate = (id: string, text: string, status?: IncidentStatus) =>
	take(
		api.POST('/api/v1/incidents/{incident_id}/updates', {
			...at(id),
			body: { text, ...(status && { status }) }
		})
	);

/** Null where nobody has begun one. */
export async function postmortemOf(id: string): Promise<Postmortem | null> {
	try {
		return await take(api.GET('/api/v1/incidents/{incident_id}/postmortem', at(id)));
	} catch (failure) {
		if (failure instanceof Problem && failure.status === 404) return null;
		throw failure;
	}
}

export const beginPostmortem = (id: string): Promise<Postmortem> =>
	take(api.POST('/api/v1/incidents/{incident_id}/postmortem', at(id)));

export const savePostmortem = (
	id: string,
	version: number,
	change: { text?: string; status?: Postmortem['status'] }
): Promise<Postmortem> =>
	take(api.PATCH('/api/v1/incidents/{incident_id}/postmortem', { ...at(id), body: { ...change, version } }));

export const deletePostmortem = (id: string) =>
	take(api.DELETE('/api/v1/incidents/{incident_id}/postmortem', at(id)));

/** As a file, with the action items at its end. */
export const postmortemFile = (id: string): Promise<string> =>
	take(
		api.GET('/api/v1/incidents/{incident_id}/postmortem', {
			params: { path: { incident_id: id }, query: { format: 'markdown' as const } },
			parseAs: 'text'
		}) as unknown as Promise<{ data?: string; response: Response }>
	);
