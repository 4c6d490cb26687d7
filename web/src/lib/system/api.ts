// What the console asks the server about the installation.
import { api } from '$lib/api/client';
import { take } from '$lib/api/problem';

export const system = () => take(api.GET('/api/v1/system'));
