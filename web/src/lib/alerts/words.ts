// One name for each status and priority, wherever they are shown.
import type { AlertCounts, Priority, Status } from '$lib/api/types';

export const PRIORITIES: Priority[] = ['P1', 'P2', 'P3', 'P4', 'P5'];

export const PRIORITY_NAMES: Record<Priority, string> = {
	P1: 'Critical',
	P2: 'High',
	P3: 'Moderate',
	P4: 'Low',
	P5: 'Info'
};

export const STATUS_NAMES: Record<Status, string> = {
	open: 'Open',
	acknowledged: 'Acknowledged',
	snoozed: 'Snoozed',
	closed: 'Closed'
};

export const PRIORITY_OPTIONS = PRIORITIES.map((value) => ({
	value,
	label: `${value} · ${PRIORITY_NAMES[value]}`
}));

/** All alerts that the organization ever had. */
export const totalOf = ({ open, acknowledged, snoozed, closed }: AlertCounts): number =>
	open + acknowledged + snoozed + closed;
