import { describe, expect, it } from 'vitest';
import type { CoverRequest } from './api';
import { asking } from './words';

const request = (may: CoverRequest['may'], asked: string | null): CoverRequest => ({
	id: '1',
	schedule: { id: '2', name: 'Database' },
	time_zone: 'Europe/Berlin',
	rotation: null,
	requester: { id: '3', name: 'Ana' },
	asked: asked === null ? null : { id: '4', name: asked },
	starts_at: '2026-12-01T09:00:00Z',
	ends_at: '2026-12-01T17:00:00Z',
	message: '',
	status: 'open',
	answered_by: null,
	answered_at: null,
	created_at: '2026-11-24T09:00:00Z',
	may
});

describe('a cover request', () => {
	it('is put as the reader is concerned', () => {
		expect(asking(request(['cancel'], 'Bo'))).toBe('You ask Bo to cover you');
		expect(asking(request(['cancel'], null))).toBe('You ask everybody to cover you');
		expect(asking(request(['accept', 'decline'], 'Bo'))).toBe('Ana asks you to cover');
		expect(asking(request(['accept'], null))).toBe('Ana asks everybody to cover');
		expect(asking(request([], 'Bo'))).toBe('Ana asks Bo to cover');
	});
});
