import { reading } from '$lib/api/reading';
import { key } from '$lib/live/keys';
import { notifications, statusOf } from '$lib/notify/api';

export const load = async ({ depends, url }) => {
	depends(key.notifications);
	const status = statusOf(url.searchParams.get('status'));
	return reading(url, async () => ({
		status,
		page: await notifications(status ? { status: [status] } : {})
	}));
};
