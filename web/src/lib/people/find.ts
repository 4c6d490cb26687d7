// People and teams to choose from.
import type { Source } from '$lib/ui/finder.svelte';
import { members, teamPage } from './api';
import { memberChoices, teamChoices } from './targets';

export const findPeople: Source = async (search) => {
	const { items, next_cursor } = await members({ search });
	return { choices: memberChoices(items), more: next_cursor !== null };
};

export const findTeams: Source = async (search) => {
	const { items, next_cursor } = await teamPage({ search });
	return { choices: teamChoices(items), more: next_cursor !== null };
};
