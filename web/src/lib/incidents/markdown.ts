// Markdown as HTML in which nothing can run. Loaded only where there is some to show: it is as large as a page.
import DOMPurify from 'dompurify';
import { Marked } from 'marked';

const marked = new Marked({
	gfm: true,
	breaks: true,
	renderer: {
		// The page has its own first headings; those of a note come below them.
		heading({ tokens, depth }) {
			const level = Math.min(6, depth + 3);
			return `<h${level}>${this.parser.parseInline(tokens)}</h${level}>\n`;
		},
		// HTML is no Markdown: it is shown as it was typed, so that the sanitizer never meets what could run.
		html: ({ text }) => escaped(text),
		// A box that cannot be ticked is a sign, not a control.
		checkbox: ({ checked }) => (checked ? '☑ ' : '☐ '),
		// A picture from elsewhere would tell its server who reads this, and when.
		image: ({ href, text }) => `<a href="${escaped(href)}">${escaped(text || href)}</a>`
	}
});

const escaped = (text: string): string => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

const TAGS =
	'p br hr strong b em i del s code pre blockquote ul ol li h4 h5 h6 a table thead tbody tr th td'.split(' ');

const purify = DOMPurify(window);

purify.addHook('afterSanitizeAttributes', (node) => {
	if (!(node instanceof HTMLAnchorElement)) return;
	node.target = '_blank';
	node.rel = 'noopener noreferrer nofollow';
	node.className = 'link';
});

export function safeHtml(text: string): string {
	return purify.sanitize(marked.parse(text, { async: false }), {
		ALLOWED_TAGS: TAGS,
		ALLOWED_ATTR: ['href', 'title', 'start'],
		ALLOWED_URI_REGEXP: /^(?:https?:|mailto:|\/(?![/\\])|#)/i,
		ALLOW_DATA_ATTR: false,
		ALLOW_ARIA_ATTR: false
	});
}
