// What the console asks the server about what should be mended before the next alert comes.
import { api } from '$lib/api/client';
import { take } from '$lib/api/problem';
import type { SetupProblem } from '$lib/api/types';

export const problems = async (): Promise<SetupProblem[]> => (await take(api.GET('/api/v1/problems'))).items;
