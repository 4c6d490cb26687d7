import { redirect } from '@sveltejs/kit';

/** An organization that never had an alert is shown how to get its first one. */
export const load = async ({ parent }) => {
	const { counts } = await parent();
	const { open, acknowledged, snoozed, closed } = counts;
	redirect(307, open + acknowledged + snoozed + closed ? '/alerts' : '/start');
};
