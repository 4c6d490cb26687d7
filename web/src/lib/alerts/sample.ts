// An ordinary alert for tests.
import type { Alert } from '$lib/api/types';

export function alertNumber(number: number, more: Partial<Alert> = {}): Alert {
	return {
		id: `alert-${number}`,
		number,
		alias: `alias-${number}`,
		message: `Alert ${number}`,
		description: '',
		priority: 'P3',
		status: 'open',
		source: 'prometheus',
		entity: '',
		tags: [],
		details: {},
		count: 1,
		assignee: null,
		escalation_policy_id: null,
		integration: null,
		acknowledged_at: null,
		acknowledged_by: null,
		snoozed_until: null,
		closed_at: null,
		closed_by: null,
		close_reason: null,
		last_occurred_at: '2026-11-23T20:00:00Z',
		created_at: '2026-11-23T20:00:00Z',
		updated_at: '2026-11-23T20:00:00Z',
		...more
	};
}
