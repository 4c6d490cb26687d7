import { reading } from '$lib/api/reading';
import { ownFields, templates } from '$lib/incidents/setupapi';
import { key } from '$lib/live/keys';
import { teams } from '$lib/people/api';

export const load = async ({ depends, url }) => {
	depends(key.templates);
	return reading(url, async () => {
		const [found, fields, all] = await Promise.all([templates(), ownFields(), teams()]);
		return { templates: found.items, fields: fields.items, teams: all.items };
	});
};
