// What the console asks the server about who did what.
import { api } from '$lib/api/client';
import { take } from '$lib/api/problem';
import type { Audited, PageOf } from '$lib/api/types';

export interface AuditQuery {
	kind?: Audited['kind'];
	type?: string[];
	actor_id?: string;
	subject_id?: string;
	since?: string;
	cursor?: string;
}

export const audit = (query: AuditQuery): Promise<PageOf<Audited>> =>
	take(api.GET('/api/v1/audit', { params: { query: { page_size: 50, ...query } } }));

export const exported = (query: AuditQuery, format: 'csv' | 'json'): Promise<Blob> =>
	take(
		api.GET('/api/v1/audit/export', { params: { query: { ...query, format } }, parseAs: 'blob' })
	) as Promise<unknown> as Promise<Blob>;
