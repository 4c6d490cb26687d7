// How far back does one look? What the filters of long lists offer, and since when that is.
export const WITHIN = { '1h': 1, '24h': 24, '7d': 168, '30d': 720, '365d': 8760 } as const;
export type Within = keyof typeof WITHIN;

export const TIMES: { value: Within | ''; label: string }[] = [
	{ value: '', label: 'Any time' },
	{ value: '1h', label: 'Last hour' },
	{ value: '24h', label: 'Last 24 hours' },
	{ value: '7d', label: 'Last 7 days' },
	{ value: '30d', label: 'Last 30 days' }
];
/** For what is kept so long. */
export const TIMES_TO_A_YEAR: typeof TIMES = [...TIMES, { value: '365d', label: 'Last year' }];

export const withinOf = (text: string | null, offered = TIMES): Within | '' =>
	offered.find(({ value }) => value === text)?.value ?? '';

export const sinceOf = (within: Within, now: number): string =>
	new Date(now - WITHIN[within] * 3_600_000).toISOString();
