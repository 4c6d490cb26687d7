import { pages } from '$lib/api/pages';
import { reading } from '$lib/api/reading';
import { key } from '$lib/live/keys';
import { channels } from '$lib/notify/api';
import { can } from '$lib/people/roles';
import { notices, readers, setup } from '$lib/statuspage/api';

export const load = async ({ depends, url, parent }) => {
	depends(key.statusPage);
	const count = (list: string) => Math.max(1, Number(url.searchParams.get(list)) || 1);
	const counts = { notices: count('notices'), readers: count('readers') };
	return reading(url, async () => {
		const asked = Promise.all([setup(), pages(notices, counts.notices)]);
		// Only admins see who reads.
		const mine = can((await parent()).me.organization.role, 'configure');
		const [[found, told], read, all] = await Promise.all([
			asked,
			mine ? pages(readers, counts.readers) : null,
			mine ? channels() : null
		]);
		const mails = all?.items.some((one) => one.enabled && one.channel_type === 'email') ?? false;
		return { setup: found, notices: told, readers: read, mails, counts };
	});
};
