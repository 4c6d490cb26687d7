// The sentence at the head of a schedule: who has it now, and who next.
import { listed } from '$lib/escalation/sentence';
import type { OnCall } from './types';
import { whenText } from './words';

/** "Ana until Mon 09:00, and Cy until 18:00" */
export function onCallSentence(people: OnCall[], zone: string, now: number): string {
	const parts = people.map(({ user, replaced, ends_at }) => {
		const instead = replaced.length ? ` for ${listed(replaced.map(({ name }) => name))}` : '';
		return `${user.name}${instead} until ${whenText(Date.parse(ends_at), zone, now)}`;
	});
	return parts.length > 1 ? `${parts.slice(0, -1).join(', ')}, and ${parts.at(-1)}` : (parts[0] ?? '');
}
