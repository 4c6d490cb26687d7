// Whom a level can page, to choose from: whoever is on call in a schedule or next, a team, its leads or one of its
// members, a person.
import { schedules } from '$lib/oncall/api';
import { findPeople, findTeams } from '$lib/people/find';
import { scheduleChoices } from '$lib/people/targets';
import type { Source } from '$lib/ui/finder.svelte';

const findSchedules: Source = async (search) => {
	const { items, next_cursor } = await schedules({ search, page_size: 100 });
	return { choices: scheduleChoices(items), more: next_cursor !== null };
};

/** The same things, meant in another way; after the plain ones, which are mostly wanted. */
const meaning =
	(find: Source, ways: Record<string, string>): Source =>
	async (search) => {
		const { choices, more } = await find(search);
		const others = Object.entries(ways).flatMap(([type, hint]) =>
			choices.map((choice) => ({ ...choice, value: `${type}:${choice.value.split(':')[1]}`, hint }))
		);
		return { choices: [...choices, ...others], more };
	};

export const TARGETS: Source[] = [
	meaning(findSchedules, { schedule_next: 'Schedule: next on call' }),
	meaning(findTeams, { team_leads: 'Team: its leads', team_random: 'Team: a member by lot' }),
	findPeople
];
