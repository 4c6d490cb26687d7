import { describe, expect, it } from 'vitest';
import {
	incidentAddress,
	incidentFilterOf,
	incidentFiltersSet,
	incidentQueryOf,
	OPEN_INCIDENTS,
	viewOf
} from './filter';

const read = (query: string) => incidentFilterOf(new URLSearchParams(query));

describe('the filter of the incidents', () => {
	it('shows what is open when nothing is said', () => {
		expect(read('')).toEqual(OPEN_INCIDENTS);
		expect(viewOf(read(''))).toBe('open');
		expect(incidentAddress(OPEN_INCIDENTS)).toBe('/incidents');
	});

	it('comes back from the address as it went in', () => {
		const filter = read('status=identified&severity=critical&severity=high&priority=P1&team=7&mine=yes&q=db');
		expect(viewOf(filter)).toBe('chosen');
		expect(incidentFilterOf(new URL(incidentAddress(filter), 'http://x').searchParams)).toEqual(filter);
		expect(incidentFiltersSet(filter)).toBe(5);
	});

	it('takes all statuses, one by one or at once, for all', () => {
		expect(viewOf(read('status=all'))).toBe('all');
		expect(viewOf(read('status=resolved&status=investigating&status=identified&status=monitoring'))).toBe(
			'all'
		);
		expect(incidentQueryOf(read('status=all'), 'me')).toEqual({});
	});

	it('leaves out what is nonsense', () => {
		expect(read('status=burning&severity=huge&priority=P9')).toEqual(OPEN_INCIDENTS);
	});

	it('asks the server only for what is set', () => {
		expect(incidentQueryOf(read('status=resolved&mine=yes'), 'me')).toEqual({
			status: ['resolved'],
			responder_id: 'me'
		});
	});
});
