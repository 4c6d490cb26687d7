import { reading } from '$lib/api/reading';
import { key } from '$lib/live/keys';
import { calendar, schedule } from '$lib/oncall/api';
import { openCovers } from '$lib/oncall/cover/api';
import { askedFor, rangeOf, VIEWS, type View } from '$lib/oncall/range';
import { dateOf, dayOr } from '$lib/oncall/zone';
import { teams } from '$lib/people/api';

export const load = async ({ params: { id }, depends, url }) => {
	depends(key.schedule(id), key.members);
	const [view, date] = [url.searchParams.get('view'), url.searchParams.get('date')];
	const shown: View = VIEWS.find((one) => one === view) ?? 'week';
	// In which zone the days are is known only with the schedule; what is asked for has room for any.
	const asked = askedFor(rangeOf(shown, dayOr(date, dateOf(Date.now(), 'UTC')), 'UTC'));
	return reading(url, async () => {
		const [one, shifts, all, covers] = await Promise.all([
			schedule(id),
			calendar(id, asked),
			teams(),
			openCovers(id)
		]);
		return {
			schedule: one,
			calendar: shifts,
			teams: all.items,
			covers: covers.items,
			view: shown,
			date,
			clock: url.searchParams.get('clock'),
			list: url.searchParams.has('list')
		};
	});
};
