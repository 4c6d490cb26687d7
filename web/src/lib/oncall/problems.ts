// What is to be done about a problem of a schedule.
import type { ScheduleProblem } from './types';

export interface Advice {
	text: string;
	href?: string;
	label?: string;
}

export function advice({ kind, rotation, at }: ScheduleProblem, scheduleId: string): Advice {
	const here = `/schedules/${scheduleId}`;
	const edit = rotation ? { href: `${here}/rotations/${rotation.id}`, label: 'Edit the rotation' } : {};
	switch (kind) {
		case 'no_rotation':
			return {
				text: 'Pages to this schedule reach nobody.',
				href: `${here}/rotations/new`,
				label: 'Add a rotation'
			};
		case 'empty_rotation':
			return { text: 'It has nobody on call.', ...edit, label: 'Add people' };
		case 'inactive_participant':
			return { text: 'In those turns nobody can be reached.', ...edit, label: 'Put somebody else in' };
		case 'inactive_override':
			return { text: 'End or change the override.' };
		case 'ended_rotation':
			return { text: 'It gives no shifts any more: extend it, or remove it.', ...edit };
		case 'gap':
			return {
				text: 'Cover it with an override, or change a rotation.',
				...(at && { href: `${here}?view=week&date=${at.slice(0, 10)}`, label: 'Show it' })
			};
		default:
			return { text: '' };
	}
}
