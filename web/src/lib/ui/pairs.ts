// Names and values as lines of text, "name: value", and back.

export const textOf = (pairs: Record<string, string>): string =>
	Object.entries(pairs)
		.map(([name, value]) => `${name}: ${value}`)
		.join('\n');

export function mapOf(text: string): Record<string, string> {
	const lines = text.split('\n').filter((line) => line.trim());
	return Object.fromEntries(
		lines.map((line) => {
			const at = line.indexOf(':');
			return at < 0 ? [line.trim(), ''] : [line.slice(0, at).trim(), line.slice(at + 1).trim()];
		})
	);
}
