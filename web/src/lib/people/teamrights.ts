// What may somebody configure, by their role or because they lead a team? The server decides; this only hides what it
// would refuse.
import type { Alert, Me, Team } from '$lib/api/types';
import { can } from './roles';

type Who = { organization: Pick<Me['organization'], 'role'>; teams: Me['teams']; within_teams?: boolean };

/** A viewer who leads a team is paged as one, and only reads. */
const led = ({ organization, teams }: Who) =>
	can(organization.role, 'respond') ? teams.filter(({ role }) => role === 'lead') : [];

/** What belongs to this team, or to none. */
export const configures = (me: Who, teamId: string | null): boolean =>
	can(me.organization.role, 'configure') || led(me).some(({ id }) => id === teamId);

export const configuresAny = (me: Who): boolean =>
	can(me.organization.role, 'configure') || led(me).length > 0;

/** Whose something may be that they make or change. */
export const ownersFor = (me: Who, teams: Pick<Team, 'id' | 'name'>[]): { value: string; label: string }[] =>
	can(me.organization.role, 'configure')
		? [{ value: '', label: 'No team' }, ...teams.map(({ id, name }) => ({ value: id, label: name }))]
		: led(me).map(({ id, name }) => ({ value: id, label: name }));

/** What is this team's, or none's, with the alerts and the incidents. Whoever was called to it may, in whatever team they are. */
export const worksOn = (me: Who, teamId: string | null, called = false): boolean =>
	can(me.organization.role, 'respond') &&
	(!me.within_teams || teamId === null || called || me.teams.some(({ id }) => id === teamId));

export const worksOnAlert = (me: Who, { assignee }: Pick<Alert, 'assignee'>, called = false): boolean =>
	worksOn(me, assignee?.type === 'team' ? assignee.id : null, called);
