// Finds web addresses in text that came from outside. Only http and https ever become a link.

export interface Piece {
	text: string;
	href?: string;
}

const ADDRESS = /https?:\/\/[^\s<>"'`]+/gi;

export function webAddress(text: string): string | null {
	const trimmed = text.trim();
	if (!/^https?:\/\/\S+$/i.test(trimmed) || !URL.canParse(trimmed)) return null;
	return trimmed;
}

export function pieces(text: string): Piece[] {
	const found: Piece[] = [];
	let from = 0;
	for (const match of text.matchAll(ADDRESS)) {
		// A full stop or a bracket after an address belongs to the sentence.
		const address = match[0].replace(/[).,;:!?\]]+$/, '');
		const href = webAddress(address);
		if (!href) continue;
		if (match.index > from) found.push({ text: text.slice(from, match.index) });
		found.push({ text: address, href });
		from = match.index + address.length;
	}
	if (from < text.length) found.push({ text: text.slice(from) });
	return found;
}
