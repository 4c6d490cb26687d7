// How is said what came of a payload?
import type { ReceivedPayload } from '$lib/api/types';
import { counted } from '$lib/ui/words';

export const OUTCOMES = {
	taken: { text: 'Taken', tone: 'ok' },
	ignored: { text: 'Ignored', tone: 'plain' },
	unreadable: { text: 'Unreadable', tone: 'warn' },
	refused: { text: 'Refused', tone: 'danger' }
} as const;

const DID: Record<string, string> = {
	created: 'opened',
	repeated: 'counted again',
	closed: 'closed',
	acknowledged: 'acknowledged',
	ignored: 'without effect'
};

/** "2 opened, 1 closed", or "#12 opened" where it is one alert. */
export function summary({ results, signals }: ReceivedPayload): string {
	const [only] = results;
	if (!only) return '';
	if (signals === 1) return `${only.number === null ? '' : `#${only.number} `}${DID[only.result]}`;
	if (signals > results.length) return counted(signals, 'signal');
	const times = new Map<string, number>();
	for (const { result } of results) times.set(result, (times.get(result) ?? 0) + 1);
	return [...times].map(([result, many]) => `${many} ${DID[result]}`).join(', ');
}

export const bytes = (size: number): string =>
	size < 1024 ? `${size} B` : `${(size / 1024).toFixed(size < 10240 ? 1 : 0)} KiB`;

/** Indented if it is JSON, or else as it came. */
export function pretty(content: string): string {
	try {
		return JSON.stringify(JSON.parse(content), null, 2);
	} catch {
		return content;
	}
}
