import { describe, expect, it } from 'vitest';
import { filterOf, filtersSet, NO_FILTER, paramsOf, queryOf, type Filter } from './filter';

const now = Date.parse('2026-11-23T20:00:00Z');

const everything: Filter = {
	view: 'closed',
	priorities: ['P1', 'P3'],
	tags: ['db', 'a b&c'],
	source: 'prometheus',
	assignee: 'team:7',
	text: 'disk full',
	within: '24h',
	from: '',
	to: ''
};

describe('the filter in the address', () => {
	it('comes back as it was', () => {
		expect(filterOf(new URLSearchParams(paramsOf(everything).toString()))).toEqual(everything);
	});

	it('is empty for the view one starts with', () => {
		expect(paramsOf(NO_FILTER).toString()).toBe('');
		expect(filterOf(new URLSearchParams())).toEqual(NO_FILTER);
	});

	it('reads nonsense as no filter', () => {
		expect(filterOf(new URLSearchParams('status=lost&priority=P9&within=forever'))).toEqual(NO_FILTER);
	});
});

describe('the question to the server', () => {
	it('asks for all that is not closed unless told otherwise', () => {
		expect(queryOf(NO_FILTER, 'me-id', now)).toEqual({ status: ['open', 'acknowledged', 'snoozed'] });
	});

	it('carries every part of the filter', () => {
		expect(queryOf(everything, 'me-id', now)).toEqual({
			status: ['closed'],
			priority: ['P1', 'P3'],
			tag: ['db', 'a b&c'],
			source: 'prometheus',
			assigned_to_team_id: '7',
			search: 'disk full',
			created_after: '2026-11-22T20:00:00.000Z'
		});
	});

	it('knows who "me" is', () => {
		expect(queryOf({ ...NO_FILTER, assignee: 'me' }, 'ana', now).assigned_to_user_id).toBe('ana');
	});

	it('leaves out a time that is not one', () => {
		expect(queryOf({ ...NO_FILTER, view: 'all', from: 'yesterday-ish' }, 'ana', now)).toEqual({});
	});
});

it('counts what is filtered by, not the view', () => {
	expect(filtersSet(NO_FILTER)).toBe(0);
	expect(filtersSet(everything)).toBe(6);
});
