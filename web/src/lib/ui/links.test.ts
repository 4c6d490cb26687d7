import { expect, it } from 'vitest';
import { pieces, webAddress } from './links';

it('finds an address within a sentence, without its full stop', () => {
	expect(pieces('See https://wiki.test/a?b=1. Then call.')).toEqual([
		{ text: 'See ' },
		{ text: 'https://wiki.test/a?b=1', href: 'https://wiki.test/a?b=1' },
		{ text: '. Then call.' }
	]);
});

it.each([
	'javascript:alert(1)',
	'data:text/html,x',
	' javascript://http://x',
	'ftp://files.test',
	'//host.test'
])('never makes a link of %s', (text) => {
	expect(webAddress(text)).toBeNull();
});

it('leaves plain text as it is', () => {
	expect(pieces('<b>no markup</b>')).toEqual([{ text: '<b>no markup</b>' }]);
});
