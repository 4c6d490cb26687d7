// What the console asks the server about escalation policies.
import { api } from '$lib/api/client';
import { pages } from '$lib/api/pages';
import { take } from '$lib/api/problem';
import type { PageOf, Policy, PolicyInput, PolicyPatch, SimulationQuestion } from '$lib/api/types';

const at = (id: string) => ({ params: { path: { policy_id: id } } });

/** All of them, or those that have a team as a target. */
export const policies = (query: { team_id?: string } = {}): Promise<PageOf<Policy>> =>
	pages((cursor) =>
		take(api.GET('/api/v1/escalation-policies', { params: { query: { page_size: 100, cursor, ...query } } }))
	);

export const policy = (id: string) => take(api.GET('/api/v1/escalation-policies/{policy_id}', at(id)));

export const createPolicy = (input: PolicyInput) =>
	take(api.POST('/api/v1/escalation-policies', { body: input }));

/** With the version that was edited: a change made meanwhile is refused, not overwritten. */
export const editPolicy = (id: string, version: number, patch: PolicyPatch) =>
	take(api.PATCH('/api/v1/escalation-policies/{policy_id}', { ...at(id), body: { ...patch, version } }));

export const deletePolicy = (id: string) =>
	take(api.DELETE('/api/v1/escalation-policies/{policy_id}', at(id)));

export const copyPolicy = (id: string) =>
	take(api.POST('/api/v1/escalation-policies/{policy_id}/copy', at(id)));

/** Of the ladder as it stands in the editor; with no effect. */
export const simulatePolicy = (id: string, question: SimulationQuestion) =>
	take(api.POST('/api/v1/escalation-policies/{policy_id}/simulate', { ...at(id), body: question }));

export const simulateDraft = (question: SimulationQuestion) =>
	take(api.POST('/api/v1/escalation-policies/simulate', { body: question }));
