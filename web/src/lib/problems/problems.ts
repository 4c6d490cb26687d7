// Which problems belong on which page, and where are they mended?
import type { SetupProblem } from '$lib/api/types';

type Thing = NonNullable<SetupProblem['subject']>;

const PAGES: Record<string, string> = { policy: 'policies', team: 'teams', schedule: 'schedules' };
const IN_A_LIST: Record<string, (id: string) => string> = {
	channel: () => '/channels',
	webhook: (id) => `/webhooks#${id}`
};
const WITHOUT_SUBJECT: Record<string, string> = {
	no_channel: '/channels',
	no_default_policy: '/policies',
	fell_back: '/policies',
	unreachable_member: '/channels',
	unreachable_members: '/channels',
	unreachable_meanwhile: '/channels'
};

export const placeOf = (thing: Pick<Thing, 'type' | 'id'>): string | undefined =>
	IN_A_LIST[thing.type]?.(thing.id) ?? (PAGES[thing.type] && `/${PAGES[thing.type]}/${thing.id}`);

/** Where it is mended. */
export const mendedAt = (problem: SetupProblem): string | undefined =>
	problem.subject ? placeOf(problem.subject) : WITHOUT_SUBJECT[problem.kind];

export const about = (problems: SetupProblem[], id: string): SetupProblem[] =>
	problems.filter((one) => one.subject?.id === id);

/** Those that name a person: what to mend after somebody left. */
export const aboutPeople = (problems: SetupProblem[]): SetupProblem[] => problems.filter((one) => one.user);
