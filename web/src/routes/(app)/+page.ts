import { redirect } from '@sveltejs/kit';
import { totalOf } from '$lib/alerts/words';

/** An organization that never had an alert is shown how to get its first one. */
export const load = async ({ parent }) => {
	const { counts } = await parent();
	redirect(307, totalOf(counts) ? '/home' : '/start');
};
