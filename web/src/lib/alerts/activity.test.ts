import { expect, it } from 'vitest';
import { inWords } from './activity';

it.each([
	['alert.closed', { reason: 'restarted' }, 'closed it: restarted'],
	['alert.assigned', { assignee_type: 'team', assignee: 'Database' }, 'assigned it to Database'],
	['alert.assigned', { assignee: null }, 'removed the assignment'],
	[
		'alert.updated',
		{ changes: { priority: { before: 'P3', after: 'P1' }, tags: { before: [], after: ['db'] } } },
		'changed priority to P1, tags'
	],
	[
		'notification.sent',
		{ user: 'Ana', channel: 'Company mail' },
		'delivered a message to Ana over Company mail'
	],
	['escalation.level_fired', { level: 1, people: ['Ana', 'Bo'] }, 'paged level 2: Ana, Bo'],
	['escalation.level_skipped', { level: 0, reason: 'nobody to notify' }, 'skipped level 1: nobody to notify'],
	['alert.merged_upwards', {}, 'merged upwards']
])('%s reads well', (type, data, words) => {
	expect(inWords({ type, data })).toBe(words);
});
