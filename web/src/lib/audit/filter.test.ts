import { expect, it } from 'vitest';
import { auditAddress, auditFilterOf, auditQueryOf, NO_AUDIT_FILTER } from './filter';

const read = (query: string) => auditFilterOf(new URLSearchParams(query));

it('shows what people did unless it is asked for more', () => {
	expect(auditQueryOf(NO_AUDIT_FILTER, 0)).toEqual({ kind: 'audit' });
	expect(auditQueryOf({ ...NO_AUDIT_FILTER, kind: 'activity' }, 0)).toEqual({ kind: 'activity' });
	expect(auditQueryOf({ ...NO_AUDIT_FILTER, kind: 'all' }, 0)).toEqual({});
});

it('shows one object and one family whole', () => {
	expect(auditQueryOf({ ...NO_AUDIT_FILTER, subject: '7' }, 0)).toEqual({ subject_id: '7' });
	expect(auditQueryOf({ ...NO_AUDIT_FILTER, family: 'alert', actor: '8' }, 0)).toEqual({
		type: ['alert.*'],
		actor_id: '8'
	});
});

it('asks for the last hours by an instant', () => {
	const now = Date.parse('2026-11-24T12:00:00Z');
	expect(auditQueryOf({ ...NO_AUDIT_FILTER, within: '24h' }, now).since).toBe('2026-11-23T12:00:00.000Z');
});

it('stands in the address, and ignores what it does not know there', () => {
	const filter = read('kind=all&family=policy&actor=1&subject=2&within=7d');
	expect(read(auditAddress(filter).split('?')[1] ?? '')).toEqual(filter);
	expect(read('kind=x&family=constructor&within=toString')).toEqual(NO_AUDIT_FILTER);
	expect(auditAddress(NO_AUDIT_FILTER)).toBe('/audit');
});
