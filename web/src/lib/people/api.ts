// What the console asks the server about accounts, organizations, members and teams.
import { api, CONSOLE_HEADERS, grantOf, open, session, sessionChanged } from '$lib/api/client';
import { pages } from '$lib/api/pages';
import { take } from '$lib/api/problem';
import type { Duty, Member, PageOf, Role, SessionAnswer, Team } from '$lib/api/types';

/** This tab goes on with this session, and the others of the browser load anew. */
export function begin(answer: SessionAnswer): SessionAnswer {
	session.end();
	session.begin(grantOf(answer));
	sessionChanged();
	return answer;
}

interface Registration {
	email: string;
	username: string;
	password: string;
	full_name: string;
	organization_name: string;
}

export const register = async (body: Registration) =>
	begin(await take(open.POST('/api/v1/auth/register', { body: { ...body, session: 'cookie' } })));

export const logIn = async (email: string, password: string) =>
	begin(await take(open.POST('/api/v1/auth/login', { body: { email, password, session: 'cookie' } })));

export async function logOut(): Promise<void> {
	await take(open.POST('/api/v1/auth/logout', { body: {}, headers: CONSOLE_HEADERS }));
	session.end();
	sessionChanged();
}

export const switchTo = async (organization_id: string) =>
	begin(
		await take(open.POST('/api/v1/auth/switch', { body: { organization_id }, headers: CONSOLE_HEADERS }))
	);

export const whoAmI = () => take(api.GET('/api/v1/auth/me'));

export const createOrganization = (name: string) =>
	take(api.POST('/api/v1/organizations', { body: { name } }));

export const organization = () => take(api.GET('/api/v1/organizations/current'));

export const renameOrganization = (name: string, version: number) =>
	take(api.PATCH('/api/v1/organizations/current', { body: { name, version } }));

export const keepWithinTeams = (members_within_teams: boolean, version: number) =>
	take(api.PATCH('/api/v1/organizations/current', { body: { members_within_teams, version } }));

export interface MemberQuery {
	search?: string;
	include_inactive?: boolean;
	cursor?: string;
}

export const members = (query: MemberQuery = {}): Promise<PageOf<Member>> =>
	take(api.GET('/api/v1/users', { params: { query: { page_size: 100, ...query } } }));

/** Everybody who is active, for what one chooses people from. */
export const everybody = async (): Promise<Member[]> => (await pages((cursor) => members({ cursor }))).items;

const member = (id: string) => ({ params: { path: { user_id: id } } });

export const setStanding = (id: string, change: { role?: Role; active?: boolean }): Promise<Member> =>
	take(api.PATCH('/api/v1/users/{user_id}', { ...member(id), body: change }));

/** Where somebody is counted on: what has nobody once they are deactivated. */
export const duties = async (id: string): Promise<Duty[]> =>
	(await take(api.GET('/api/v1/users/{user_id}/duties', member(id)))).items;

const at = (id: string) => ({ params: { path: { team_id: id } } });

export const teamPage = (query: { search?: string; cursor?: string } = {}): Promise<PageOf<Team>> =>
	take(api.GET('/api/v1/teams', { params: { query: { page_size: 100, ...query } } }));

export const teams = (): Promise<PageOf<Team>> => pages((cursor) => teamPage({ cursor }));

export const team = (id: string) => take(api.GET('/api/v1/teams/{team_id}', at(id)));

export interface TeamInput {
	name: string;
	description: string;
	escalation_policy_id: string | null;
}

export const createTeam = (body: TeamInput) => take(api.POST('/api/v1/teams', { body }));

export const editTeam = (id: string, version: number, body: TeamInput) =>
	take(api.PATCH('/api/v1/teams/{team_id}', { ...at(id), body: { ...body, version } }));

export const deleteTeam = (id: string) => take(api.DELETE('/api/v1/teams/{team_id}', at(id)));

export type TeamRole = 'lead' | 'member';

export const addMember = (id: string, user_id: string, role: TeamRole) =>
	take(api.POST('/api/v1/teams/{team_id}/members', { ...at(id), body: { user_id, role } }));

export const changeMember = (id: string, user_id: string, role: TeamRole) =>
	take(
		api.PATCH('/api/v1/teams/{team_id}/members/{user_id}', {
			params: { path: { team_id: id, user_id } },
			body: { role }
		})
	);

export const removeMember = (id: string, user_id: string) =>
	take(
		api.DELETE('/api/v1/teams/{team_id}/members/{user_id}', { params: { path: { team_id: id, user_id } } })
	);
