import { describe, expect, it } from 'vitest';
import type { Alert } from '$lib/api/types';
import { merge, type News } from './merge';
import { alertNumber } from './sample';

const open = (alert: Alert) => alert.status === 'open';
const list = (...numbers: number[]) => numbers.map((number) => alertNumber(number));
const numbers = (rows: Alert[]) => rows.map((row) => row.number);
const news = (more: Partial<News>): News => ({
	first: [],
	complete: false,
	touched: new Map(),
	belongs: open,
	frozen: false,
	...more
});

describe('an inbox that is being looked at', () => {
	it('takes new alerts in on top, and keeps the pages loaded below', () => {
		const merged = merge(list(5, 4, 3, 2, 1), news({ first: list(7, 6, 5, 4) }));
		expect(numbers(merged.rows)).toEqual([7, 6, 5, 4, 3, 2, 1]);
	});

	it('holds new alerts back while frozen, and says how many', () => {
		const merged = merge(list(3, 2, 1), news({ first: list(5, 4, 3), frozen: true }));
		expect(numbers(merged.rows)).toEqual([3, 2, 1]);
		expect(merged.waiting).toBe(2);
	});

	it('shows a row’s new state also while frozen, where it stands', () => {
		const closed = alertNumber(2, { status: 'closed' });
		const merged = merge(
			list(3, 2, 1),
			news({ first: list(3), touched: new Map([[closed.id, closed]]), frozen: true })
		);
		expect(merged.rows.map((row) => row.status)).toEqual(['open', 'closed', 'open']);
	});

	it('drops what left the view, from the first page and from those below', () => {
		const closed = alertNumber(1, { status: 'closed' });
		const merged = merge(
			list(5, 4, 3, 1),
			news({ first: list(5, 3), touched: new Map([[closed.id, closed]]) })
		);
		expect(numbers(merged.rows)).toEqual([5, 3]);
	});

	it('drops a deleted alert even while frozen', () => {
		const merged = merge(
			list(3, 2),
			news({ first: list(3), touched: new Map([['alert-2', null]]), frozen: true })
		);
		expect(numbers(merged.rows)).toEqual([3]);
	});

	it('starts over when a storm left a gap between the new page and the shown rows', () => {
		const merged = merge(list(3, 2, 1), news({ first: list(900, 899) }));
		expect(numbers(merged.rows)).toEqual([900, 899]);
		expect(merged.replaced).toBe(true);
	});

	it('is empty when the last alert has left the view', () => {
		expect(merge(list(1), news({ first: [], complete: true })).rows).toEqual([]);
	});
});
