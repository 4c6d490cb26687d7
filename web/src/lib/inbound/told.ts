// A guide: its steps, the address to paste, and what else is to be copied.
import type { Guide, Snippet } from './snippets';

export const told =
	(title: string, steps: string[], more: (url: string) => Snippet[] = () => []) =>
	(url: string): Guide => ({ title, steps, snippets: [{ label: 'Address', text: url }, ...more(url)] });
