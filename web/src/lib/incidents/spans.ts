// How long did it take, in words: until somebody was on it, until it stopped hurting, until it was over?
import type { Incident } from '$lib/api/types';

/** "40 s", "12 min", "1 h 5 min", "2 d 3 h": as exactly as anybody would say it. */
export function roughly(seconds: number): string {
	const whole = Math.max(0, Math.round(seconds));
	const [d, h, m] = [Math.floor(whole / 86400), Math.floor(whole / 3600) % 24, Math.floor(whole / 60) % 60];
	const two = (first: string, rest: number, unit: string) => (rest ? `${first} ${rest} ${unit}` : first);
	if (d) return two(`${d} d`, h, 'h');
	if (h) return two(`${h} h`, m, 'min');
	return m ? `${m} min` : `${whole} s`;
}

export interface Milestone {
	name: string;
	at: string | null;
	/** "after 12 min"; or that it has not come yet. */
	said: string;
}

export function milestonesOf(incident: Incident, now: number): Milestone[] {
	const since = (now - Date.parse(incident.started_at)) / 1000;
	const reached = (name: string, at: string | null, seconds: number | null): Milestone => ({
		name,
		at,
		said: at && seconds !== null ? `after ${roughly(seconds)}` : 'not yet'
	});
	return [
		{
			name: 'Started',
			at: incident.started_at,
			said: since < 1 ? 'just now' : `${roughly(since)} ago`
		},
		reached('Acknowledged', incident.acknowledged_at, incident.acknowledged_after_seconds),
		reached('Mitigated', incident.mitigated_at, incident.mitigated_after_seconds),
		reached('Resolved', incident.resolved_at, incident.resolved_after_seconds)
	];
}

/** For a list: how long it has gone on, or how long it went on. */
export function lastedOf(incident: Incident, now: number): string {
	if (incident.resolved_after_seconds !== null) return `took ${roughly(incident.resolved_after_seconds)}`;
	return `for ${roughly((now - Date.parse(incident.started_at)) / 1000)}`;
}
