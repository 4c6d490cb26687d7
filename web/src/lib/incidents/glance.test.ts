import { describe, expect, it } from 'vitest';
import type { IncidentDetail, PublicNotice } from '$lib/api/types';
import * as glance from './glance';

const room = (parts: object) => parts as IncidentDetail;
const at = '2026-11-23T20:00:00Z';

describe('the head of a part of the room', () => {
	it('says who is on it, and who was paged and is not here', () => {
		expect(glance.people(room({ responders: [] })).says).toBe('nobody yet');
		expect(glance.people(room({ responders: [{ joined_at: at }] })).says).toBe('1 on it');
		const two = [{ joined_at: at }, { joined_at: null }];
		expect(glance.people(room({ responders: two })).says).toBe('1 on it, 1 not here yet');
	});

	it('says how many alerts still burn, also of those beyond the page', () => {
		const alerts = [{ status: 'open' }, { status: 'closed' }];
		expect(glance.alerts(room({ alerts: [], alert_count: 0 })).says).toBe('none');
		expect(glance.alerts(room({ alerts, alert_count: 120 })).says).toBe('119 of 120 not closed');
		expect(glance.alerts(room({ alerts: alerts.slice(1), alert_count: 1 })).says).toBe('all closed');
	});

	it('says what is done, and what should have been', () => {
		expect(glance.tasks(room({ tasks: [] })).says).toBe('none');
		const tasks = [
			{ done_at: at, overdue: false },
			{ done_at: null, overdue: true }
		];
		expect(glance.tasks(room({ tasks })).says).toBe('1 of 2 done, 1 overdue');
	});

	it('says what the public read last', () => {
		expect(glance.notice(null).says).toBe('not told');
		const updates = [
			{ status: 'investigating', created_at: at },
			{ status: 'monitoring', created_at: '2026-11-23T21:00:00Z' }
		];
		expect(glance.notice({ updates } as PublicNotice).says).toBe('Monitoring');
	});
});
