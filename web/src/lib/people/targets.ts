// People and teams as what one can choose from.
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

/** For the filter: teams before people. */
export const assigneeOptions = ({ members, teams }: { members: Member[]; teams: Team[] }) => [
	...teams.map((team) => ({ value: `team:${team.id}`, label: `${team.name} (team)` })),
	...members.map((member) => ({ value: `user:${member.id}`, label: member.full_name }))
];
