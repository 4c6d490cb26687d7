import { alertPage } from '$lib/alerts/api';
import { NO_FILTER, paramsOf, queryOf } from '$lib/alerts/filter';
import { reading } from '$lib/api/reading';
import { policies } from '$lib/escalation/api';
import { key } from '$lib/live/keys';
import { schedules } from '$lib/oncall/api';
import { team } from '$lib/people/api';
import { problems } from '$lib/problems/api';

export const load = async ({ params: { id }, depends, url }) => {
	depends(key.teams, key.members, key.problems, key.alerts, key.schedules, key.policies);
	// What is not closed: as the inbox shows it.
	const filter = { ...NO_FILTER, assignee: `team:${id}` };
	return reading(url, async () => {
		const [one, rotas, ladders, naming, alerts, found] = await Promise.all([
			team(id),
			schedules({ team_id: id, page_size: 20 }),
			policies(),
			policies({ team_id: id }),
			alertPage(queryOf(filter, '', Date.now()), undefined, 5),
			problems()
		]);
		return {
			team: one,
			schedules: rotas,
			policies: ladders.items,
			naming: naming.items,
			alerts,
			inbox: `/alerts?${paramsOf(filter)}`,
			problems: found
		};
	});
};
