import type { ComponentState, PublicComponent } from '$lib/api/types';

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

/** Of the dot beside the word. */
export const STATE_TONES: Record<ComponentState, string> = {
	operational: 'bg-ok',
	degraded: 'bg-p3',
	partial_outage: 'bg-p2',
	major_outage: 'bg-p1',
	maintenance: 'bg-p4'
};

/** Two groups may have one of the same name. */
export const componentName = ({ group_name, name }: PublicComponent): string =>
	group_name ? `${group_name}: ${name}` : name;

/** In a list to choose from: what is not well says so. */
export const choiceOf = (one: PublicComponent): string =>
	one.state === 'operational' ? componentName(one) : `${componentName(one)} (${STATE_NAMES[one.state]})`;

/** Those that an update is about: somebody has chosen them; or, of what goes on, they do not stand well. */
export const inQuestion = (
	components: PublicComponent[],
	chosen: Record<string, ComponentState>,
	ongoing: boolean
): PublicComponent[] =>
	components.filter(({ id, state }) => id in chosen || (ongoing && state !== 'operational'));
