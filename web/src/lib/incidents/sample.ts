// An ordinary incident for tests.
import type { Incident } from '$lib/api/types';

export function incidentNumber(number: number, more: Partial<Incident> = {}): Incident {
	return {
		id: `incident-${number}`,
		number,
		title: `Incident ${number}`,
		description: '',
		severity: 'medium',
		status: 'investigating',
		priority: 'P3',
		team: null,
		created_by: null,
		commanders: [],
		responder_count: 0,
		alert_count: 0,
		started_at: '2026-11-23T20:00:00Z',
		acknowledged_at: null,
		mitigated_at: null,
		resolved_at: null,
		acknowledged_after_seconds: null,
		mitigated_after_seconds: null,
		resolved_after_seconds: null,
		merged_into: null,
		fields: [],
		version: 1,
		created_at: '2026-11-23T20:00:00Z',
		updated_at: '2026-11-23T20:00:00Z',
		...more
	};
}
