import { expect, it } from 'vitest';
import type { SetupProblem } from '$lib/api/types';
import { about, aboutPeople, mendedAt } from './problems';

const problem = (kind: string, subject: SetupProblem['subject'], person = false): SetupProblem => ({
	kind,
	severity: 'warning',
	message: kind,
	subject,
	user: person ? { id: 'bo', name: 'Bo' } : null
});
const policy = { type: 'policy', id: 'p', name: 'Everything' };
const team = { type: 'team', id: 't', name: 'Database' };
const all = [
	problem('no_channel', null),
	problem('empty_level', policy),
	problem('inactive_target', policy, true),
	problem('inactive_team_member', team, true),
	problem('broken_channel', { type: 'channel', id: 'c', name: 'Chat' }),
	problem('failing_webhook', { type: 'webhook', id: 'w', name: 'Bot' }),
	problem('gone', { type: 'sundial', id: 's', name: 'Sun' })
];

it('leads to the page where it is mended, if there is one', () => {
	expect(all.map(mendedAt)).toEqual([
		'/channels',
		'/policies/p',
		'/policies/p',
		'/teams/t',
		'/channels',
		'/webhooks#w',
		undefined
	]);
});

it('shows each thing its own', () => {
	expect(about(all, 'p').map((one) => one.kind)).toEqual(['empty_level', 'inactive_target']);
	expect(aboutPeople(all).map((one) => one.kind)).toEqual(['inactive_target', 'inactive_team_member']);
});
