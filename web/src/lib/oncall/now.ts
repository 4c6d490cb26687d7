// The sentence at the head of a schedule: who has it now, and who next.
import { listed } from '$lib/escalation/sentence';
import type { OnCall, ScheduleOnCall } from './types';
import { whenText } from './words';

/** "Ana until Mon 09:00, and Cy until 18:00" */
export function onCallSentence(people: OnCall[], zone: string, now: number): string {
	const parts = people.map(({ user, replaced, ends_at }) => {
		const instead = replaced.length ? ` for ${listed(replaced.map(({ name }) => name))}` : '';
		return `${user.name}${instead} until ${whenText(Date.parse(ends_at), zone, now)}`;
	});
	return parts.length > 1 ? `${parts.slice(0, -1).join(', ')}, and ${parts.at(-1)}` : (parts[0] ?? '');
}

/** Everybody on call, once each; whoever is deactivated is not paged. */
export const namesOf = (people: OnCall[]): string[] => [
	...new Map(people.filter(({ user }) => user.active).map(({ user }) => [user.id, user.name])).values()
];

/** Of every team that has a schedule: who is on call, in all of its schedules. */
export function onCallByTeam(schedules: ScheduleOnCall[]): Map<string, string[]> {
	const people = new Map<string, OnCall[]>();
	for (const { team, on_call } of schedules)
		if (team) people.set(team.id, [...(people.get(team.id) ?? []), ...on_call]);
	return new Map([...people].map(([id, found]) => [id, namesOf(found)]));
}
