import { reading } from '$lib/api/reading';
import { key } from '$lib/live/keys';
import { components, statusPage } from '$lib/statuspage/api';

export const load = async ({ depends, url }) => {
	depends(key.statusPage);
	return reading(url, async () => {
		const [page, list] = await Promise.all([statusPage(), components()]);
		return { page, components: list };
	});
};
