import { reading } from '$lib/api/reading';
import { key } from '$lib/live/keys';
import { channelKinds, channels, publicUrl } from '$lib/notify/api';

export const load = async ({ depends, url }) => {
	depends(key.channels);
	return reading(url, async () => {
		const [list, kinds, base] = await Promise.all([channels(), channelKinds(), publicUrl()]);
		return { channels: list.items, kinds, base };
	});
};
