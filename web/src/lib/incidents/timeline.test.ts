import { describe, expect, it } from 'vitest';
import type { TimelineLine } from '$lib/api/types';
import { lineInWords } from './timeline';

const said = (kind: string, data: Record<string, unknown>, type = `incident.${kind}`) =>
	lineInWords({
		id: 1,
		kind,
		type,
		data,
		at: '2026-11-23T20:00:00Z',
		actor: { type: 'user', id: 'ana', name: 'Ana' },
		note: null
	} as TimelineLine);

describe('a line of the timeline', () => {
	it('says what became of the status', () => {
		const changes = { status: { before: 'investigating', after: 'identified' } };
		expect(said('status_changed', { changes })).toBe('set the status to Identified');
		expect(said('resolved', { changes })).toBe('resolved the incident');
	});

	it('says whether the severity was raised', () => {
		const changes = (before: string, after: string) => ({ changes: { severity: { before, after } } });
		expect(said('severity_changed', changes('medium', 'critical'))).toBe(
			'raised the severity from Medium to Critical'
		);
		expect(said('severity_changed', changes('high', 'low'))).toBe('lowered the severity from High to Low');
	});

	it('names the fields of an edit, and a team by its name', () => {
		const changes = {
			title: { before: 'a', after: 'The till' },
			team_id: { before: null, after: '7' },
			team: { before: null, after: 'Shop' }
		};
		expect(said('updated', { changes })).toBe('renamed it to “The till”, gave it to the team Shop');
	});

	it('tells who joins from who is added', () => {
		expect(said('responder_added', { user: 'Ana', user_id: 'ana', role: 'responder' })).toBe(
			'joined as responder'
		);
		expect(said('responder_added', { user: 'Bo', user_id: 'bo', role: 'incident_commander' })).toBe(
			'added Bo as incident commander'
		);
	});

	it('borrows the words of an escalation, and shows what it has none for', () => {
		expect(said('escalation.level_fired', { level: 0, people: ['Bo'] }, 'escalation.level_fired')).toBe(
			'paged level 1: Bo'
		);
		expect(said('sung_about', {})).toBe('sung about');
	});
});
