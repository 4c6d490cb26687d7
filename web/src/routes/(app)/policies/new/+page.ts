import { reading } from '$lib/api/reading';
import { teams } from '$lib/people/api';

export const load = ({ url }) => reading(url, async () => ({ teams: (await teams()).items }));
