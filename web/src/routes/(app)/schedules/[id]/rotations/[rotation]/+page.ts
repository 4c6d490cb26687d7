import { error } from '@sveltejs/kit';
import { reading } from '$lib/api/reading';
import { schedule } from '$lib/oncall/api';

/** "new", or the id of the rotation that is edited. */
export const load = async ({ params: { id, rotation }, url }) =>
	reading(url, async () => {
		const one = await schedule(id);
		const edited = one.rotations.find((other) => other.id === rotation) ?? null;
		if (!edited && rotation !== 'new') error(404, { message: 'There is no such rotation any more.' });
		return { schedule: one, rotation: edited };
	});
