// Alerts, incidents and policies to choose from.
import Bell from '@lucide/svelte/icons/bell';
import ListTree from '@lucide/svelte/icons/list-tree';
import Siren from '@lucide/svelte/icons/siren';
import { alertPage } from '$lib/alerts/api';
import { STATUS_NAMES } from '$lib/alerts/words';
import { policies } from '$lib/escalation/api';
import type { Source } from '$lib/ui/finder.svelte';
import { incidents } from './api';
import { INCIDENT_STATUS_NAMES } from './words';

/** The newest first; of those beyond the first hundred, what the words fit that are typed. */
export const findAlerts: Source = async (search) => {
	const { items, next_cursor } = await alertPage(search ? { search } : {});
	const choices = items.map(({ id, number, message, status }) => ({
		value: id,
		label: `#${number} ${message}`,
		hint: STATUS_NAMES[status],
		icon: Bell
	}));
	return { choices, more: next_cursor !== null };
};

export const findIncidents: Source = async (search) => {
	const { items, next_cursor } = await incidents({ page_size: 100, ...(search && { search }) });
	const choices = items.map(({ id, number, title, status }) => ({
		value: id,
		label: `#${number} ${title}`,
		hint: INCIDENT_STATUS_NAMES[status],
		icon: Siren
	}));
	return { choices, more: next_cursor !== null };
};

export const findPolicies: Source = async () => {
	const { items } = await policies();
	const choices = items.map(({ id, name }) => ({
		value: `policy:${id}`,
		label: name,
		hint: 'Escalation policy',
		icon: ListTree
	}));
	return { choices, more: false };
};
