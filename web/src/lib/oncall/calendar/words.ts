// Imports and mails about shifts, in words.
import type { Import } from './api';

const many = (n: number, one: string, more = `${one}s`): string => `${n} ${n === 1 ? one : more}`;

/** "3 overrides. Left out: 2 events that are over, 1 that is there already." */
export function importSentence(found: Import): string {
	const { items, already_there, past, cancelled, later } = found;
	const left: [number, string, string][] = [
		[past, 'that is over', 'that are over'],
		[already_there, 'that is there already', 'that are there already'],
		[cancelled, 'that is cancelled', 'that are cancelled'],
		[later, 'more than 366 days away', 'more than 366 days away']
	];
	const said = left.filter(([n]) => n).map(([n, one, more]) => `${n} ${n === 1 ? one : more}`);
	const made = items.length ? many(items.length, 'override') : 'No override';
	return said.length ? `${made}. Left out: ${said.join(', ')}.` : `${made}.`;
}

export const BEFORE = [15, 60, 720, 1440, 2880, 10080] as const;

/** "15 minutes", "1 day" */
export function beforeText(minutes: number): string {
	if (minutes % 10080 === 0) return many(minutes / 10080, 'week');
	if (minutes % 1440 === 0) return many(minutes / 1440, 'day');
	if (minutes % 60 === 0) return many(minutes / 60, 'hour');
	return many(minutes, 'minute');
}
