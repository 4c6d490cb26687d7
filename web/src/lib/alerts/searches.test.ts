import { expect, it } from 'vitest';
import type { SavedSearch } from '$lib/api/types';
import { filterOf } from './filter';
import { shows } from './searches';

const search = (query: string) => ({ query }) as SavedSearch;
const filter = (query: string) => filterOf(new URLSearchParams(query));

it('knows the search that the inbox shows, in whatever order it stands', () => {
	expect(shows(filter('q=disk&priority=P2&priority=P1'), search('priority=P1&priority=P2&q=disk'))).toBe(
		true
	);
	expect(shows(filter('priority=P1'), search('priority=P1&q=disk'))).toBe(false);
});

it('takes what an older console has saved for what is left of it', () => {
	expect(shows(filter(''), search('status=unheard-of&colour=red'))).toBe(true);
});
