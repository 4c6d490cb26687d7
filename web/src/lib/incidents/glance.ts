// The heads of the parts of the room: what each says, so that it need not be unfolded, and which start folded.
import type { IncidentDetail, Postmortem, PublicNotice } from '$lib/api/types';
import { counted } from '$lib/ui/words';
import { INCIDENT_STATUS_NAMES } from './words';

export interface Head {
	/** Under which a browser remembers whether it is folded. */
	name: string;
	title: string;
	says: string;
	/** What is not looked at all the time. */
	folded?: boolean;
}

type Of<Part extends keyof IncidentDetail> = Pick<IncidentDetail, Part>;

export function people({ responders }: Of<'responders'>): Head {
	const awaited = responders.filter(({ joined_at }) => !joined_at).length;
	const on = `${responders.length - awaited} on it${awaited ? `, ${awaited} not here yet` : ''}`;
	return { name: 'incident.people', title: 'People', says: responders.length ? on : 'nobody yet' };
}

export function alerts({ alerts, alert_count }: Of<'alerts' | 'alert_count'>): Head {
	// Of more than are here, those further back are taken for not closed.
	const left = alert_count - alerts.filter(({ status }) => status === 'closed').length;
	const burning = left ? `${left} of ${alert_count} not closed` : 'all closed';
	return { name: 'incident.alerts', title: 'Alerts', says: alert_count ? burning : 'none' };
}

export function tasks({ tasks }: Of<'tasks'>): Head {
	const late = tasks.filter(({ overdue }) => overdue).length;
	const done = tasks.filter(({ done_at }) => done_at !== null).length;
	const far = `${done} of ${tasks.length} done${late ? `, ${late} overdue` : ''}`;
	return { name: 'incident.tasks', title: 'Tasks', says: tasks.length ? far : 'none' };
}

export const updates = (told: unknown[], subscribers: unknown[]): Head => ({
	name: 'incident.updates',
	title: 'Updates',
	says: `${told.length ? counted(told.length, 'update') : 'none yet'}, ${subscribers.length} told`,
	folded: true
});

export const links = ({ links }: Of<'links'>): Head => ({
	name: 'incident.links',
	title: 'Links',
	says: links.length ? String(links.length) : 'none',
	folded: true
});

export function notice(told: PublicNotice | null): Head {
	const newest = told?.updates.toSorted((a, b) => b.created_at.localeCompare(a.created_at))[0];
	const says = newest ? INCIDENT_STATUS_NAMES[newest.status] : 'not told';
	return { name: 'incident.public', title: 'Status page', says, folded: true };
}

export const details = ({ fields }: Of<'fields'>): Head => ({
	name: 'incident.details',
	title: 'Details',
	says: `${fields.filter(({ value }) => value).length} of ${fields.length} filled in`,
	folded: true
});

/** What comes next once it is over. */
export const postmortem = (written: Postmortem | null, over: boolean): Head => ({
	name: 'incident.postmortem',
	title: 'Post-mortem',
	says: written ? written.status : 'not begun',
	folded: !over
});
