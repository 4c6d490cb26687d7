/** "1 request", "1,843 requests". */
export const counted = (count: number, thing: string): string =>
	`${count.toLocaleString('en')} ${thing}${count === 1 ? '' : 's'}`;
