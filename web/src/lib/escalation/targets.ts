// Whom a level can page, to choose from: whoever is on call in a schedule, a team, a person.
import { schedules } from '$lib/oncall/api';
import { findPeople, findTeams } from '$lib/people/find';
import { scheduleChoices } from '$lib/people/targets';
import type { Source } from '$lib/ui/finder.svelte';

const findSchedules: Source = async (search) => {
	const { items, next_cursor } = await schedules({ search, page_size: 100 });
	return { choices: scheduleChoices(items), more: next_cursor !== null };
};

export const TARGETS: Source[] = [findSchedules, findTeams, findPeople];
