// One line of an incident's timeline, in words. The actor's name stands before it.
import { inWords as ofAlert } from '$lib/alerts/activity';
import type { IncidentStatus, ResponderRole, Severity, TimelineLine } from '$lib/api/types';
import { counted } from '$lib/ui/words';
import { INCIDENT_STATUS_NAMES, RESPONDER_ROLE_NAMES, SEVERITIES, SEVERITY_NAMES } from './words';

type Data = Record<string, unknown>;
type Change = { before: unknown; after: unknown };

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const quoted = (value: unknown): string => `“${text(value)}”`;
const numbered = (data: Data, of: unknown): string => `#${String(data.number)} ${text(of)}`;

function changesOf(data: Data): Record<string, Change> {
	return (data.changes ?? {}) as Record<string, Change>;
}

const status = (value: unknown): string => INCIDENT_STATUS_NAMES[value as IncidentStatus] ?? text(value);
const role = (value: unknown): string =>
	(RESPONDER_ROLE_NAMES[value as ResponderRole] ?? text(value)).toLowerCase();

function severityChanged(data: Data): string {
	const { before, after } = changesOf(data).severity ?? {};
	const rank = (value: unknown) => SEVERITIES.indexOf(value as Severity);
	const verb = rank(after) < rank(before) ? 'raised' : 'lowered';
	const name = (value: unknown) => SEVERITY_NAMES[value as Severity] ?? text(value);
	return `${verb} the severity from ${name(before)} to ${name(after)}`;
}

const EDITED: Record<string, (change: Change) => string> = {
	title: ({ after }) => `renamed it to ${quoted(after)}`,
	description: () => 'edited the description',
	priority: ({ after }) => `set the priority to ${text(after)}`,
	team: ({ after }) => (text(after) ? `gave it to the team ${text(after)}` : 'took it from its team'),
	started_at: () => 'corrected when it started'
};

function updated(data: Data): string {
	const told = Object.entries(changesOf(data)).flatMap(([field, change]) => {
		if (field === 'team_id') return [];
		return [EDITED[field]?.(change) ?? `edited ${field.replaceAll('_', ' ')}`];
	});
	return told.join(', ') || 'edited the incident';
}

const isSelf = (data: Data, actor: TimelineLine['actor']): boolean =>
	actor.id !== null && data.user_id === actor.id;

type Words = (data: Data, actor: TimelineLine['actor']) => string;

const WORDS: Record<string, Words> = {
	created: () => 'declared the incident',
	status_changed: (data) => `set the status to ${status(changesOf(data).status?.after)}`,
	resolved: () => 'resolved the incident',
	reopened: (data) => `reopened the incident: ${status(changesOf(data).status?.after)}`,
	severity_changed: severityChanged,
	updated,
	responder_added: (data, actor) =>
		isSelf(data, actor) ? `joined as ${role(data.role)}` : `added ${text(data.user)} as ${role(data.role)}`,
	responder_role_changed: (data) =>
		`made ${text(data.user)} ${role(changesOf(data).role?.after ?? data.after)}`,
	responder_removed: (data, actor) => (isSelf(data, actor) ? 'left' : `took ${text(data.user)} off it`),
	alert_linked: (data) => `linked the alert ${numbered(data, data.message)}`,
	alert_unlinked: (data) => `unlinked the alert ${numbered(data, data.message)}`,
	note_added: () => 'wrote a note, which was deleted since',
	note_edited: () => 'edited a note',
	note_deleted: () => 'deleted a note',
	task_added: (data) => `added the task ${quoted(data.title)}${data.owner ? ` for ${text(data.owner)}` : ''}`,
	task_done: (data) => `ticked off ${quoted(data.title)}`,
	task_reopened: (data) => `took back that ${quoted(data.title)} is done`,
	task_updated: (data) => `edited the task ${quoted(data.title)}`,
	task_removed: (data) => `removed the task ${quoted(data.title)}`,
	link_added: (data) => `added the link ${quoted(data.title || data.url)}`,
	link_removed: (data) => `removed the link ${quoted(data.title || data.url)}`,
	paged: (data) => `paged ${text(data.target)}${text(data.message) ? `: ${quoted(data.message)}` : ''}`,
	not_paged: (data) => `could not page a ${text(data.target_type)} of the template: ${text(data.reason)}`,
	responder_joined: (data, actor) => (isSelf(data, actor) ? 'is on it' : `${text(data.user)} is on it`),
	subscriber_added: (data) => `keeps ${text(data.subscriber)} told`,
	subscriber_removed: (data) => `no longer tells ${text(data.subscriber)}`,
	update_published: (data) => `told ${counted(Number(data.recipients ?? 0), 'stakeholder')} how it stands`,
	postmortem_created: () => 'began the post-mortem',
	postmortem_updated: () => 'went on with the post-mortem',
	postmortem_published: () => 'published the post-mortem',
	postmortem_withdrawn: () => 'made the post-mortem a draft again',
	postmortem_deleted: () => 'deleted the post-mortem',
	note_moved: () => 'brought a note along',
	merged: (data) => `merged it into ${numbered(data, data.title)}`,
	duplicate_merged: (data) => `merged ${numbered(data, data.title)} into it`
};

export function lineInWords({ kind, type, data, actor }: TimelineLine): string {
	const words = WORDS[kind];
	if (words) return words(data as Data, actor);
	if (!type.startsWith('incident.')) return ofAlert({ type, data });
	return kind.replaceAll('_', ' ');
}

/** Lines that make the others harder to see. */
export const isQuiet = ({ kind }: TimelineLine): boolean =>
	['note_edited', 'note_deleted', 'task_updated', 'postmortem_updated', 'link_removed', 'updated'].includes(
		kind
	);
