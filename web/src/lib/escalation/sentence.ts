// The one sentence that matters about an alert: who is paged next, how, and when — or why nobody is.
import type { Alert, Escalation } from '$lib/api/types';
import { ago, clockTime, countdown } from '$lib/ui/time';

export type Tone = 'urgent' | 'calm' | 'warning';

export interface Sentence {
	tone: Tone;
	/** Parts in turn; the strong ones are what the eye looks for. */
	parts: { text: string; strong?: true }[];
}

/** "Ana", "Ana and Bo", "Ana, Bo and 3 more". */
export function listed(names: string[]): string {
	if (names.length <= 1) return names[0] ?? '';
	if (names.length <= 3) return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
	return `${names.slice(0, 2).join(', ')} and ${names.length - 2} more`;
}

const strong = (text: string) => ({ text, strong: true as const });
const plain = (text: string) => ({ text });

function acknowledged(alert: Alert, now: number): Sentence {
	const by = alert.acknowledged_by?.name ?? 'Somebody';
	const when = alert.acknowledged_at ? ` ${ago(alert.acknowledged_at, now)}` : '';
	return { tone: 'calm', parts: [strong(by), plain(` acknowledged${when}. `)] };
}

function closed(alert: Alert, now: number): Sentence {
	const when = alert.closed_at ? ` ${ago(alert.closed_at, now)}` : '';
	const reason = alert.close_reason ? `: ${alert.close_reason}` : '.';
	if (!alert.closed_by) return { tone: 'calm', parts: [plain(`Closed${when}${reason}`)] };
	return {
		tone: 'calm',
		parts: [plain('Closed by '), strong(alert.closed_by.name), plain(`${when}${reason}`)]
	};
}

function snoozed(alert: Alert, now: number): Sentence {
	const until = alert.snoozed_until ?? '';
	return {
		tone: 'calm',
		parts: [
			plain('Snoozed until '),
			strong(clockTime(until, now)),
			plain(` (${countdown(Date.parse(until) - now)} left). Then it opens again and pages.`)
		]
	};
}

const VACANT = {
	schedule: (name: string) => `Nobody is on call in ${name}`,
	team: (name: string) => `Nobody is in ${name}`,
	user: (name: string) => `${name} is deactivated`,
	team_leads: (name: string) => `${name} has no lead`,
	team_random: (name: string) => `${name} has no member`,
	schedule_next: (name: string) => `Nobody follows on call in ${name}`
};

/** Why a level pages nobody. */
function vacancy({ targets, position }: NonNullable<Escalation['next']>): string {
	const [only, ...others] = targets;
	return only && !others.length ? VACANT[only.type](only.name) : `Level ${position + 1} has nobody`;
}

function next({ next, levels }: Escalation, status: Alert['status'], now: number): Sentence | null {
	if (!next) return null;
	// An empty level hands over to the one after it at once.
	const heir = next.people.length ? next : levels.find((one) => one.state === 'planned' && one.people.length);
	const empty = next.people.length ? [] : [strong(vacancy(next))];
	if (!heir?.at) return { tone: 'warning', parts: [...empty, plain(', and nobody comes after.')] };
	const whom = listed(heir.people);
	const by = next.channels.length ? ` by ${listed(next.channels)}` : '';
	const left = Date.parse(heir.at) - now;
	const unless = status === 'acknowledged' ? 'closed' : 'acknowledged';
	const first = (word: string) => plain(empty.length ? `: ${word.toLowerCase()} ` : `${word} `);
	if (left <= 0)
		return { tone: 'urgent', parts: [...empty, first('Paging'), strong(whom), plain(`${by} now.`)] };
	return {
		tone: status === 'acknowledged' ? 'calm' : 'urgent',
		parts: [
			...empty,
			first('Pages'),
			strong(whom),
			plain(`${by} in `),
			strong(countdown(left)),
			plain(` unless ${unless}.`)
		]
	};
}

export function sentence(alert: Alert, escalation: Escalation, now: number): Sentence {
	if (alert.status === 'closed') return closed(alert, now);
	if (alert.status === 'snoozed') return snoozed(alert, now);
	const coming = next(escalation, alert.status, now);
	if (alert.status === 'acknowledged') {
		const { tone, parts } = acknowledged(alert, now);
		const then = coming ? coming.parts : [plain('Paging has stopped.')];
		return { tone, parts: [...parts, ...then, ...byItself(escalation, now)] };
	}
	const fault = escalation.fault ? [plain(` ${escalation.fault}`)] : [];
	if (coming) return { ...coming, parts: [...coming.parts, ...fault] };
	return { tone: 'warning', parts: [...nobody(escalation), ...fault, ...byItself(escalation, now)] };
}

/** What the policy wants to happen to the alert when nobody acts. */
function byItself({ afterwards }: Escalation, now: number): Sentence['parts'] {
	if (!afterwards) return [];
	const left = strong(countdown(Date.parse(afterwards.at) - now));
	return afterwards.what === 'reopen'
		? [plain(' It starts again in '), left, plain(' unless closed.')]
		: [plain(' It is closed in '), left, plain(' unless acknowledged.')];
}

function nobody({ status }: Escalation): Sentence['parts'] {
	if (status === 'completed')
		return [
			strong('Nobody has acknowledged, and nobody is left to page.'),
			plain(' Every level has had its turn.')
		];
	if (status === 'stopped') return [strong('Paging has stopped'), plain(' although this alert is open.')];
	if (status === 'running') return [plain('Paging goes on: the next step is being prepared.')];
	return [strong('Nobody is paged for this alert:'), plain(' no escalation policy applies to it.')];
}
