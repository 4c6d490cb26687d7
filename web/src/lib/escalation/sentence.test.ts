import { describe, expect, it } from 'vitest';
import { alertNumber } from '$lib/alerts/sample';
import type { Alert, Escalation } from '$lib/api/types';
import { listed, sentence } from './sentence';

const now = Date.parse('2026-11-23T20:00:00Z');
const later = (seconds: number) => new Date(now + seconds * 1000).toISOString();
const ana = { id: '1', name: 'Ana' };
const bo = { id: '2', name: 'Bo' };

const none: Escalation = {
	status: 'none',
	policy: null,
	cycle: 0,
	repeat_count: 0,
	stopped_reason: null,
	fault: null,
	levels: [],
	next: null,
	edited_since: false,
	afterwards: null
};

const pagesAna = (seconds: number): Escalation => ({
	...none,
	status: 'running',
	next: { at: later(seconds), position: 0, cycle: 0, targets: [], people: ['Ana'], channels: ['e-mail'] }
});

const words = (alert: Partial<Alert>, escalation: Escalation) =>
	sentence(alertNumber(1, alert), escalation, now)
		.parts.map((part) => part.text)
		.join('');

describe('the sentence that matters', () => {
	it('says who is paged, how and when', () => {
		expect(words({}, pagesAna(130))).toBe('Pages Ana by e-mail in 2:10 unless acknowledged.');
	});

	it('says "now" once the time has come', () => {
		expect(words({}, pagesAna(-1))).toBe('Paging Ana by e-mail now.');
	});

	describe('of a level with nobody in it', () => {
		const vacant = (...targets: Escalation['levels'][number]['targets']): Escalation => {
			const { next } = pagesAna(60);
			return { ...pagesAna(60), next: { ...next!, people: [], targets } };
		};
		const after = (seconds: number) =>
			({ state: 'planned', at: later(seconds), people: ['Bo'] }) as Escalation['levels'][number];
		const nights = { type: 'schedule', id: '8', name: 'Nights' } as const;
		const database = { type: 'team', id: '7', name: 'Database' } as const;

		it('says so, and to whom it falls', () => {
			const escalation = { ...vacant(nights), levels: [after(60)] };
			expect(words({}, escalation)).toBe(
				'Nobody is on call in Nights: pages Bo by e-mail in 1:00 unless acknowledged.'
			);
			expect(words({}, { ...vacant(database), levels: [after(0)] })).toBe(
				'Nobody is in Database: paging Bo by e-mail now.'
			);
			expect(words({}, { ...vacant(database, nights), levels: [after(60)] })).toContain(
				'Level 1 has nobody: '
			);
		});

		it('says when it falls to nobody', () => {
			expect(words({}, vacant(nights))).toBe('Nobody is on call in Nights, and nobody comes after.');
		});
	});

	it('says who acknowledged, and that paging has stopped', () => {
		const acknowledged = {
			status: 'acknowledged',
			acknowledged_by: bo,
			acknowledged_at: later(-180)
		} as const;
		expect(words(acknowledged, none)).toBe('Bo acknowledged 3 min ago. Paging has stopped.');
	});

	it('does not hide that a level still pages although somebody acknowledged', () => {
		const acknowledged = {
			status: 'acknowledged',
			acknowledged_by: bo,
			acknowledged_at: later(-180)
		} as const;
		expect(words(acknowledged, pagesAna(60))).toContain('Pages Ana by e-mail in 1:00 unless closed.');
	});

	it('warns when nobody is paged, and says why', () => {
		expect(sentence(alertNumber(1), none, now).tone).toBe('warning');
		expect(words({}, none)).toMatch(/no escalation policy applies/);
		expect(words({}, { ...none, status: 'completed' })).toMatch(/nobody is left to page/);
	});

	it('says what is wrong beside what happens next', () => {
		const fault = 'No escalation policy was found for this alert.';
		expect(words({}, { ...pagesAna(60), fault })).toBe(
			`Pages Ana by e-mail in 1:00 unless acknowledged. ${fault}`
		);
	});

	it('says what happens by itself when nobody acts', () => {
		const acknowledged = {
			status: 'acknowledged',
			acknowledged_by: bo,
			acknowledged_at: later(-180)
		} as const;
		expect(words(acknowledged, { ...none, afterwards: { what: 'reopen', at: later(600) } })).toBe(
			'Bo acknowledged 3 min ago. Paging has stopped. It starts again in 10:00 unless closed.'
		);
		expect(words({}, { ...none, status: 'completed', afterwards: { what: 'close', at: later(60) } })).toMatch(
			/It is closed in 1:00 unless acknowledged\.$/
		);
	});

	it('says until when a snoozed alert is silent', () => {
		expect(words({ status: 'snoozed', snoozed_until: later(600) }, none)).toMatch(/10:00 left/);
	});

	it('gives a closed alert’s reason', () => {
		const closed = {
			status: 'closed',
			closed_by: ana,
			closed_at: later(-60),
			close_reason: 'restarted'
		} as const;
		expect(words(closed, none)).toBe('Closed by Ana 1 min ago: restarted');
	});
});

it('lists names as one says them', () => {
	expect(listed(['Ana'])).toBe('Ana');
	expect(listed(['Ana', 'Bo', 'Eve'])).toBe('Ana, Bo and Eve');
	expect(listed(['Ana', 'Bo', 'Eve', 'Max', 'Kim'])).toBe('Ana, Bo and 3 more');
});
