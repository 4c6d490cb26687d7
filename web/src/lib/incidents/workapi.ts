// What the console asks the server about an incident's tasks and links.
import { api } from '$lib/api/client';
import { take } from '$lib/api/problem';

const at = (id: string) => ({ params: { path: { incident_id: id } } });
const task = (id: string, task_id: string) => ({ params: { path: { incident_id: id, task_id } } });

export interface TaskInput {
	title: string;
	owner_id: string | null;
	due_at: string | null;
}

export const addTask = (id: string, body: TaskInput & { kind?: 'task' | 'action_item' }) =>
	take(api.POST('/api/v1/incidents/{incident_id}/tasks', { ...at(id), body }));

export const editTask = (
	id: string,
	task_id: string,
	body: Partial<TaskInput> & { done?: boolean; version?: number }
) => take(api.PATCH('/api/v1/incidents/{incident_id}/tasks/{task_id}', { ...task(id, task_id), body }));

export const removeTask = (id: string, task_id: string) =>
	take(api.DELETE('/api/v1/incidents/{incident_id}/tasks/{task_id}', task(id, task_id)));

export const addLink = (id: string, body: { url: string; title: string }) =>
	take(api.POST('/api/v1/incidents/{incident_id}/links', { ...at(id), body }));

export const removeLink = (id: string, link_id: string) =>
	take(
		api.DELETE('/api/v1/incidents/{incident_id}/links/{link_id}', {
			params: { path: { incident_id: id, link_id } }
		})
	);
