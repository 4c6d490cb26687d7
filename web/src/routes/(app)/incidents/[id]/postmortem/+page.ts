import { error } from '@sveltejs/kit';
import { reading } from '$lib/api/reading';
import { incident } from '$lib/incidents/api';
import { postmortemOf } from '$lib/incidents/tellapi';
import { key } from '$lib/live/keys';

export const load = async ({ params: { id }, depends, url }) => {
	depends(key.incident(id));
	return reading(url, async () => {
		const found = await incident(id);
		const postmortem = found.has_postmortem ? await postmortemOf(id) : null;
		if (!postmortem) error(404, { message: 'Nobody has begun the post-mortem of this incident.' });
		return { incident: found, postmortem };
	});
};
