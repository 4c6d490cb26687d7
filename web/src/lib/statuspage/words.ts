import type { ComponentState } from '$lib/api/types';

export const STATE_NAMES: Record<ComponentState, string> = {
	operational: 'Operational',
	degraded: 'Degraded performance',
	partial_outage: 'Partial outage',
	major_outage: 'Major outage',
	maintenance: 'Under maintenance'
};

export const STATE_OPTIONS = (Object.keys(STATE_NAMES) as ComponentState[]).map((value) => ({
	value,
	label: STATE_NAMES[value]
}));
