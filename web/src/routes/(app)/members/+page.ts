import { pages } from '$lib/api/pages';
import { reading } from '$lib/api/reading';
import { invitations } from '$lib/invitations/api';
import { key } from '$lib/live/keys';
import { members, teams } from '$lib/people/api';
import { can } from '$lib/people/roles';
import { problems } from '$lib/problems/api';
import { requirement } from '$lib/signin/api';

export const load = async ({ depends, parent, url }) => {
	depends(key.members, key.problems, key.organizations);
	const search = url.searchParams.get('search') ?? '';
	const all = url.searchParams.has('all');
	const count = Math.max(1, Number(url.searchParams.get('pages')) || 1);
	const { me } = await parent();
	return reading(url, async () => {
		const [people, open, allTeams, found, signIn] = await Promise.all([
			pages((cursor) => members({ search, include_inactive: all, cursor }), count),
			invitations(),
			teams(),
			problems(),
			can(me.organization.role, 'configure') ? requirement() : null
		]);
		return {
			search,
			all,
			count,
			people,
			invitations: open.items,
			teams: allTeams.items,
			problems: found,
			signIn
		};
	});
};
