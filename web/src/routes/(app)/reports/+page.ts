import { reading } from '$lib/api/reading';
import { myZone } from '$lib/oncall/zone';
import { teams } from '$lib/people/api';
import { alertsBy, delivery, incidentsBy, load as loads, noise, response } from '$lib/reports/api';
import { queryOf, questionOf, stepOf } from '$lib/reports/question';

/** Each report comes when it is counted; a failure is its card's to show. */
function later<T>(promise: Promise<T>): Promise<T> {
	promise.catch(() => undefined);
	return promise;
}

export const load = async ({ url, parent }) => {
	const { me } = await parent();
	const zone = me.user.time_zone || myZone();
	const asked = questionOf(url.searchParams, zone);
	const query = queryOf(asked, Date.now());
	const step = stepOf(query);
	return reading(url, async () => {
		const all = await teams();
		return {
			zone,
			asked,
			query,
			step,
			teams: all.items,
			response: later(response(query, step)),
			byHour: later(alertsBy(query, 'hour_of_week')),
			byPriority: later(alertsBy(query, 'priority')),
			bySource: later(alertsBy(query, 'source')),
			byTeam: later(alertsBy(query, 'team')),
			incidents: {
				byStep: later(incidentsBy(query, step)),
				bySeverity: later(incidentsBy(query, 'severity')),
				byTeam: later(incidentsBy(query, 'team'))
			},
			noise: later(noise(query)),
			load: later(loads(query)),
			delivery: later(delivery(query))
		};
	});
};
