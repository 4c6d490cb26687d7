// Schedules, teams and people as what one can choose from.
import CalendarClock from '@lucide/svelte/icons/calendar-clock';
import User from '@lucide/svelte/icons/user';
import Users from '@lucide/svelte/icons/users';
import type { Member, Team } from '$lib/api/types';
import type { Choice } from '$lib/ui/Picker.svelte';

export const memberChoices = (members: Member[]): Choice[] =>
	members.map((member) => ({
		value: `user:${member.id}`,
		label: member.full_name,
		hint: member.email,
		icon: User
	}));

export const teamChoices = (teams: Team[]): Choice[] =>
	teams.map((team) => ({ value: `team:${team.id}`, label: team.name, hint: 'Team', icon: Users }));

/** Whoever is on call when the page goes out. */
export const scheduleChoices = (schedules: { id: string; name: string }[]): Choice[] =>
	schedules.map(({ id, name }) => ({
		value: `schedule:${id}`,
		label: name,
		hint: 'Schedule: who is on call',
		icon: CalendarClock
	}));

/** For the filter: teams before people. */
export const assigneeOptions = ({ members, teams }: { members: Member[]; teams: Team[] }) => [
	...teams.map((team) => ({ value: `team:${team.id}`, label: `${team.name} (team)` })),
	...members.map((member) => ({ value: `user:${member.id}`, label: member.full_name }))
];
