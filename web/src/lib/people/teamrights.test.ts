import { describe, expect, it } from 'vitest';
import type { Role } from '$lib/api/types';
import { configures, configuresAny, ownersFor, worksOn, worksOnAlert } from './teamrights';

const DATABASE = { id: 'db', name: 'Database' };
const WEB = { id: 'web', name: 'Web' };
const who = (role: Role, leads: boolean) => ({
	organization: { role },
	teams: [
		{ ...DATABASE, role: leads ? ('lead' as const) : ('member' as const) },
		{ ...WEB, role: 'member' as const }
	]
});

describe('what a lead configures', () => {
	it('is what belongs to the team', () => {
		expect(configures(who('member', true), 'db')).toBe(true);
		expect(configures(who('member', true), 'web')).toBe(false);
		expect(configures(who('member', true), null)).toBe(false);
		expect(configures(who('member', false), 'db')).toBe(false);
		expect(configuresAny(who('member', false))).toBe(false);
	});

	it('is made for a team that they lead', () => {
		expect(ownersFor(who('member', true), [DATABASE, WEB])).toEqual([{ value: 'db', label: 'Database' }]);
		expect(ownersFor(who('admin', false), [DATABASE, WEB]).map(({ value }) => value)).toEqual([
			'',
			'db',
			'web'
		]);
	});

	it('is nothing for a viewer, and everything for an admin', () => {
		expect(configures(who('viewer', true), 'db')).toBe(false);
		expect(configures(who('admin', false), null)).toBe(true);
	});
});

describe('what a member works on', () => {
	const kept = { ...who('member', false), within_teams: true };
	it('is everything, unless members keep to their teams', () => {
		expect(worksOn(who('member', false), 'elsewhere')).toBe(true);
		expect(worksOn(who('viewer', false), 'db')).toBe(false);
		expect(worksOn(kept, 'elsewhere')).toBe(false);
		expect(worksOn(kept, 'db')).toBe(true);
	});

	it('is also what is no team’s, and what they were called to', () => {
		expect(worksOnAlert(kept, { assignee: null })).toBe(true);
		expect(worksOnAlert(kept, { assignee: { type: 'team', id: 'x', name: 'X' } })).toBe(false);
		expect(worksOn(kept, 'elsewhere', true)).toBe(true);
	});
});
