// A webhook as its form has it, and as the server takes it.
import type { NewWebhook, Priority, Webhook } from '$lib/api/types';
import { FLAGS, flagsOf, type Flag } from './words';

export interface DraftHeader {
	name: string;
	value: string;
	secret: boolean;
	/** The server has a value that it does not show: empty here means that one. */
	kept: boolean;
}

export interface Draft {
	name: string;
	url: string;
	flags: Flag[];
	patterns: string[];
	teams: string[];
	priorities: Priority[];
	headers: DraftHeader[];
	timeout: number | string;
	retries: number | string;
	delay: number | string;
}

export const draftOf = (webhook?: Webhook): Draft => ({
	name: webhook?.name ?? '',
	url: webhook?.url ?? '',
	flags: webhook ? flagsOf(webhook) : ['alert_created', 'alert_acknowledged', 'alert_closed'],
	patterns: webhook?.patterns ?? [],
	teams: webhook?.team_ids ?? [],
	priorities: webhook?.priorities ?? [],
	headers: (webhook?.headers ?? []).map(({ name, value, secret }) => ({
		name,
		value: value ?? '',
		secret,
		kept: secret
	})),
	timeout: webhook?.timeout_seconds ?? 10,
	retries: webhook?.max_retries ?? 16,
	delay: webhook?.retry_delay_seconds ?? 5
});

const headerOf = ({ name, value, secret, kept }: DraftHeader) => ({
	name: name.trim(),
	value: kept && !value ? null : value,
	secret
});

export const inputOf = (draft: Draft): NewWebhook => ({
	name: draft.name.trim(),
	url: draft.url.trim(),
	...(Object.fromEntries(FLAGS.map(({ value }) => [value, draft.flags.includes(value)])) as Record<
		Flag,
		boolean
	>),
	patterns: draft.patterns,
	team_ids: draft.teams,
	priorities: draft.priorities,
	headers: draft.headers.filter(({ name }) => name.trim()).map(headerOf),
	timeout_seconds: Number(draft.timeout),
	max_retries: Number(draft.retries),
	retry_delay_seconds: Number(draft.delay)
});

/** How long it is tried in all, as the server doubles the wait up to six hours. */
export function triedForSeconds(retries: number, delay: number): number {
	let all = 0;
	for (let i = 0; i < Math.min(retries, 30); i++) all += Math.min(delay * 2 ** i, 6 * 3600);
	return all;
}
