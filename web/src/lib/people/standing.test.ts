import { describe, expect, it } from 'vitest';
import type { Role } from '$lib/api/types';
import { grantable, maySwitch, rolesFor } from './standing';

const actor = (role: Role) => ({ id: 'me', role });
const other = (role: Role, active = true) => ({ id: 'other', role, active });
const me = (role: Role) => ({ id: 'me', role, active: true });

describe('whom one may make what', () => {
	it('is nobody below an admin', () => {
		expect(grantable('member')).toEqual([]);
		expect(rolesFor(actor('member'), other('viewer'))).toEqual([]);
		expect(maySwitch(actor('viewer'), other('viewer'))).toBe(false);
	});

	it('is up to admin for an admin, and no owner', () => {
		expect(rolesFor(actor('admin'), other('admin'))).toEqual(['viewer', 'member', 'admin']);
		expect(rolesFor(actor('admin'), other('owner'))).toEqual([]);
		expect(maySwitch(actor('admin'), other('owner'))).toBe(false);
		expect(maySwitch(actor('admin'), other('member'))).toBe(true);
	});

	it('is everybody for an owner, who may also step down', () => {
		expect(rolesFor(actor('owner'), other('owner'))).toHaveLength(4);
		expect(rolesFor(actor('owner'), me('owner'))).toHaveLength(4);
		expect(maySwitch(actor('owner'), me('owner'))).toBe(false);
	});

	it('is never oneself for an admin, nor the role of somebody who is deactivated', () => {
		expect(rolesFor(actor('admin'), me('admin'))).toEqual([]);
		expect(rolesFor(actor('owner'), other('member', false))).toEqual([]);
	});
});
