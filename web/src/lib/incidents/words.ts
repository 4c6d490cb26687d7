// One name for each severity, status and role, wherever they are shown.
import type { IncidentStatus, ResponderRole, Severity } from '$lib/api/types';

export const SEVERITIES: Severity[] = ['critical', 'high', 'medium', 'low'];

export const SEVERITY_NAMES: Record<Severity, string> = {
	critical: 'Critical',
	high: 'High',
	medium: 'Medium',
	low: 'Low'
};

export const INCIDENT_STATUSES: IncidentStatus[] = ['investigating', 'identified', 'monitoring', 'resolved'];

export const INCIDENT_STATUS_NAMES: Record<IncidentStatus, string> = {
	investigating: 'Investigating',
	identified: 'Identified',
	monitoring: 'Monitoring',
	resolved: 'Resolved'
};

export const STATUS_MEANINGS: Record<IncidentStatus, string> = {
	investigating: 'Nobody knows yet what it is.',
	identified: 'The cause is known, and being mended.',
	monitoring: 'It is mended, and watched.',
	resolved: 'It is over.'
};

export const OPEN_STATUSES = INCIDENT_STATUSES.filter((status) => status !== 'resolved');

export const RESPONDER_ROLES: ResponderRole[] = ['incident_commander', 'responder'];

export const RESPONDER_ROLE_NAMES: Record<ResponderRole, string> = {
	incident_commander: 'Incident commander',
	responder: 'Responder'
};

const named = <T extends string>(values: T[], names: Record<T, string>) =>
	values.map((value) => ({ value, label: names[value] }));

export const SEVERITY_OPTIONS = named(SEVERITIES, SEVERITY_NAMES);
export const INCIDENT_STATUS_OPTIONS = named(INCIDENT_STATUSES, INCIDENT_STATUS_NAMES);
/** Short, for a narrow column in which it stands beside a name. */
export const RESPONDER_ROLE_OPTIONS = named(RESPONDER_ROLES, {
	...RESPONDER_ROLE_NAMES,
	incident_commander: 'Commander'
});

/** Of an incident that is declared from alerts: as the most urgent of them. */
export function severityOf(priority: string): Severity {
	const found: Record<string, Severity> = { P1: 'critical', P2: 'high', P3: 'medium' };
	return found[priority] ?? 'low';
}
