import { reading } from '$lib/api/reading';
import { key } from '$lib/live/keys';
import { channelKinds, channels } from '$lib/notify/api';

export const load = async ({ depends, url }) => {
	depends(key.channels);
	return reading(url, async () => {
		const [list, kinds] = await Promise.all([channels(), channelKinds()]);
		return { channels: list.items, kinds };
	});
};
