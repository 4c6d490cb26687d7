import { expect, it } from 'vitest';
import { namesOf, onCallByTeam } from './now';
import type { OnCall, ScheduleOnCall } from './types';

const on = (name: string, active = true) => ({ user: { id: name, name, active } }) as OnCall;
const schedule = (team: string | null, ...on_call: OnCall[]) =>
	({ team: team && { id: team, name: team }, on_call }) as ScheduleOnCall;

it('names everybody on call once, and nobody who is deactivated', () => {
	expect(namesOf([on('Ana'), on('Bo'), on('Ana'), on('Gil', false)])).toEqual(['Ana', 'Bo']);
});

it('gathers who is on call for a team from all of its schedules', () => {
	const found = onCallByTeam([
		schedule('db', on('Ana')),
		schedule(null, on('Cy')),
		schedule('db', on('Bo'), on('Ana')),
		schedule('web')
	]);
	expect([...found]).toEqual([
		['db', ['Ana', 'Bo']],
		['web', []]
	]);
});
