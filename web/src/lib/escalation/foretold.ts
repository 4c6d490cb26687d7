// What a policy would do, in one sentence.
import type { Simulation } from '$lib/api/types';
import { duration } from '$lib/ui/time';
import { listed } from './sentence';

type Step = Simulation['steps'][number];

/** The channels over which somebody is told, each once. */
export function channelsOf(step: Step): string[] {
	const sent = [...step.rooms, ...step.people.flatMap((person) => person.messages)].filter(({ at }) => at);
	return [...new Set(sent.map(({ channel }) => channel))];
}

export const reached = (step: Step): string[] =>
	step.people
		.filter(({ messages }) => !messages.length || messages.some(({ at }) => at))
		.map(({ name }) => name);

function part(step: Step): string {
	const when = step.after_seconds === 0 ? 'at once' : `after ${duration(step.after_seconds)}`;
	const over = channelsOf(step);
	return `${listed(reached(step))}${over.length ? ` over ${listed(over)}` : ''} ${when}`;
}

/** "Ana over E-mail at once, then Bo over E-mail after 5 min". */
export function foretold({ steps, cut_short }: Simulation): string {
	const firing = steps.filter(
		({ state, people }) => (state === 'fires' || state === 'fallback') && people.length
	);
	if (!firing.length) return 'nobody';
	const shown = firing.slice(0, 3).map(part).join(', then ');
	return firing.length > 3 || cut_short ? `${shown}, and so on` : shown;
}

/** Tonight at three: the hour for which a policy is made. */
export function tonight(now: number): number {
	const at = new Date(now);
	if (at.getHours() >= 3) at.setDate(at.getDate() + 1);
	return at.setHours(3, 0, 0, 0);
}
