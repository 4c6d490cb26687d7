// What an API key may do, in words, and who may give it that.
import type { ApiKeyScope, Role } from '$lib/api/types';
import { can } from '$lib/people/roles';
import { localInput } from '$lib/ui/time';

export const SCOPES: { value: ApiKeyScope; label: string; hint: string }[] = [
	{ value: 'read', label: 'Read', hint: 'Everything that a viewer sees.' },
	{ value: 'alerts', label: 'Alerts and incidents', hint: 'Create them and work on them.' },
	{ value: 'on-call', label: 'On call', hint: 'Overrides, and reading schedules.' },
	{
		value: 'configuration',
		label: 'Configuration',
		hint: 'Teams, schedules, policies, channels, integrations.'
	},
	{ value: 'admin', label: 'Admin', hint: 'All of these, members, API keys and the audit log.' }
];

export const labelOf = (scope: ApiKeyScope): string =>
	SCOPES.find((one) => one.value === scope)?.label ?? scope;

/** Nobody gives a key more than they have. */
export const mayGive = (role: Role, scope: ApiKeyScope): boolean =>
	can(role, scope === 'admin' ? 'own' : 'configure');

/** The end of the day that was chosen, where the reader is; null without one. */
export const endOfDay = (date: string): string | null =>
	date ? new Date(`${date}T23:59:59`).toISOString() : null;

/** The day as a date field has it, where the reader is. */
export const dayOf = (at: string | null): string => (at ? localInput(Date.parse(at)).slice(0, 10) : '');
