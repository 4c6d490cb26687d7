// What the console asks the server about templates of incidents, and fields of one's own.
import { api } from '$lib/api/client';
import { pages } from '$lib/api/pages';
import { take } from '$lib/api/problem';
import type { IncidentTemplate, PageOf, Priority, Severity } from '$lib/api/types';

export const templates = (): Promise<PageOf<IncidentTemplate>> =>
	pages((cursor) =>
		take(api.GET('/api/v1/incident-templates', { params: { query: { page_size: 100, cursor } } }))
	);

export interface TemplateInput {
	name: string;
	title: string;
	description: string;
	severity: Severity;
	priority: Priority;
	team_id: string | null;
	tasks: string[];
	calls: { type: 'user' | 'team' | 'policy'; id: string }[];
}

const template = (template_id: string) => ({ params: { path: { template_id } } });

export const createTemplate = (body: TemplateInput) => take(api.POST('/api/v1/incident-templates', { body }));

export const editTemplate = (id: string, version: number, body: TemplateInput) =>
	take(
		api.PATCH('/api/v1/incident-templates/{template_id}', { ...template(id), body: { ...body, version } })
	);

export const deleteTemplate = (id: string) =>
	take(api.DELETE('/api/v1/incident-templates/{template_id}', template(id)));

export const ownFields = () =>
	take(api.GET('/api/v1/incident-fields', { params: { query: { page_size: 100 } } }));

export const createField = (name: string) => take(api.POST('/api/v1/incident-fields', { body: { name } }));

export const renameField = (field_id: string, name: string, version: number) =>
	take(
		api.PATCH('/api/v1/incident-fields/{field_id}', {
			params: { path: { field_id } },
			body: { name, version }
		})
	);

export const deleteField = (field_id: string) =>
	take(api.DELETE('/api/v1/incident-fields/{field_id}', { params: { path: { field_id } } }));
