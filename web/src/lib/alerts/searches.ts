// The searches that people have saved: a name for what stands behind the question mark in the inbox's address.
import { api } from '$lib/api/client';
import { take } from '$lib/api/problem';
import type { PageOf, SavedSearch } from '$lib/api/types';
import { alertPage } from './api';
import { filterOf, paramsOf, queryOf, type Filter } from './filter';

const at = (id: string) => ({ params: { path: { search_id: id } } });

export type SearchInput = Pick<SavedSearch, 'name' | 'shared'>;

export const savedSearches = (): Promise<PageOf<SavedSearch>> =>
	take(api.GET('/api/v1/alert-searches', { params: { query: { page_size: 100 } } }));

export const saveSearch = (filter: Filter, input: SearchInput): Promise<SavedSearch> =>
	take(api.POST('/api/v1/alert-searches', { body: { ...input, query: questionOf(filter) } }));

export const changeSearch = (id: string, version: number, input: SearchInput): Promise<SavedSearch> =>
	take(api.PATCH('/api/v1/alert-searches/{search_id}', { ...at(id), body: { ...input, version } }));

export const forgetSearch = ({ id }: SavedSearch): Promise<unknown> =>
	take(api.DELETE('/api/v1/alert-searches/{search_id}', at(id)));

export const questionOf = (filter: Filter): string => paramsOf(filter).toString();

const filterIn = (search: SavedSearch): Filter => filterOf(new URLSearchParams(search.query));

/** Whether the inbox shows just this search; the order of what stands in an address does not matter. */
export const shows = (filter: Filter, search: SavedSearch): boolean =>
	questionOf(filter) === questionOf(filterIn(search));

/** How many alerts it finds at the moment: "12", or "1,000+". */
export async function found(search: SavedSearch, me: string): Promise<string> {
	const page = await alertPage(queryOf(filterIn(search), me, Date.now()), undefined, 1);
	return `${page.total.toLocaleString('en')}${page.total_is_exact === false ? '+' : ''}`;
}
