// What the console asks the server about incidents.
import { api } from '$lib/api/client';
import { pages } from '$lib/api/pages';
import { take } from '$lib/api/problem';
import type {
	Incident,
	IncidentInput,
	IncidentPatch,
	PageOf,
	ResponderRole,
	TimelineLine
} from '$lib/api/types';
import type { IncidentQuery } from './filter';

const at = (id: string) => ({ params: { path: { incident_id: id } } });

export const incidents = (query: IncidentQuery & { cursor?: string; page_size?: number } = {}) =>
	take(api.GET('/api/v1/incidents', { params: { query: { page_size: 50, ...query } } }));

export const incident = (id: string) => take(api.GET('/api/v1/incidents/{incident_id}', at(id)));

export const incidentsOf = (alert_id: string): Promise<PageOf<Incident>> =>
	take(
		api.GET('/api/v1/alerts/{alert_id}/incidents', {
			params: { path: { alert_id }, query: { page_size: 100 } }
		})
	);

/** All lines, oldest first. */
export const wholeTimeline = (id: string): Promise<PageOf<TimelineLine>> =>
	pages((cursor) =>
		take(
			api.GET('/api/v1/incidents/{incident_id}/timeline', {
				params: { path: { incident_id: id }, query: { page_size: 100, cursor } }
			})
		)
	);

export const declareIncident = (body: IncidentInput) => take(api.POST('/api/v1/incidents', { body }));

export const editIncident = (id: string, body: IncidentPatch) =>
	take(api.PATCH('/api/v1/incidents/{incident_id}', { ...at(id), body }));

export const deleteIncident = (id: string) => take(api.DELETE('/api/v1/incidents/{incident_id}', at(id)));

/** Answers the one that goes on. */
export const mergeIncident = (id: string, into_id: string) =>
	take(api.POST('/api/v1/incidents/{incident_id}/merge', { ...at(id), body: { into_id } }));

export const writeNote = (id: string, text: string) =>
	take(api.POST('/api/v1/incidents/{incident_id}/notes', { ...at(id), body: { text } }));

const note = (id: string, note_id: string) => ({ params: { path: { incident_id: id, note_id } } });

export const editNote = (id: string, note_id: string, version: number, text: string) =>
	take(
		api.PATCH('/api/v1/incidents/{incident_id}/notes/{note_id}', {
			...note(id, note_id),
			body: { text, version }
		})
	);

export const deleteNote = (id: string, note_id: string) =>
	take(api.DELETE('/api/v1/incidents/{incident_id}/notes/{note_id}', note(id, note_id)));

const responder = (id: string, responder_id: string) => ({
	params: { path: { incident_id: id, responder_id } }
});

export const addResponder = (id: string, user_id: string, role: ResponderRole) =>
	take(api.POST('/api/v1/incidents/{incident_id}/responders', { ...at(id), body: { user_id, role } }));

export const changeResponder = (id: string, responder_id: string, role: ResponderRole) =>
	take(
		api.PATCH('/api/v1/incidents/{incident_id}/responders/{responder_id}', {
			...responder(id, responder_id),
			body: { role }
		})
	);

export const removeResponder = (id: string, responder_id: string) =>
	take(api.DELETE('/api/v1/incidents/{incident_id}/responders/{responder_id}', responder(id, responder_id)));

export const linkAlert = (id: string, alert_id: string) =>
	take(api.POST('/api/v1/incidents/{incident_id}/alerts', { ...at(id), body: { alert_id } }));

export const unlinkAlert = (id: string, alert_id: string) =>
	take(
		api.DELETE('/api/v1/incidents/{incident_id}/alerts/{alert_id}', {
			params: { path: { incident_id: id, alert_id } }
		})
	);
