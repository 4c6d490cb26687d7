import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { GUIDES } from './guides';
import { guide } from './snippets';

const url = 'https://pulsar.test/api/v1/webhook/0123abcd';

it.each(['generic', 'prometheus', 'grafana', 'datadog', ...Object.keys(GUIDES)])(
	'%s gets its address filled in',
	(source) => {
		const { snippets, steps } = guide(source, url);
		expect(steps.length).toBeGreaterThan(0);
		expect(snippets.some((snippet) => snippet.text.includes(url))).toBe(true);
	}
);

it('gives curl a body that is JSON', () => {
	const [open] = guide('generic', url).snippets;
	const body = /-d '(.*)'$/.exec(open?.text ?? '')?.[1];
	expect(JSON.parse(body ?? '')).toHaveProperty('message');
});

it.each(Object.keys(GUIDES))('%s has a title before there is an address', (source) => {
	expect(guide(source, '').title).not.toBe('');
});

it('tells a PagerDuty client where to send, and as whom', () => {
	const texts = guide('pagerduty', url).snippets.map((snippet) => snippet.text);
	expect(texts.slice(0, 3)).toEqual([url, 'https://pulsar.test/v2/enqueue', '0123abcd']);
	const example = (texts[3] ?? '').replaceAll('https://pulsar.test', 'https://pulsar.example.com');
	const page = readFileSync('../docs/integrations/pagerduty.md', 'utf8').replace(/\s/g, '');
	expect(page).toContain(example.replace('0123abcd', 'TOKEN').replace(/\s/g, ''));
});

// Scripts, commands and bodies, however they are laid out; what is made of the address is another thing.
it.each(Object.keys(GUIDES).filter((source) => !['pagerduty', 'email', 'cloudevents'].includes(source)))(
	'%s is given the same in the console as in the documentation',
	(source) => {
		const bare = (text: string): string => text.replace(/\s/g, '');
		const page = bare(readFileSync(`../docs/integrations/${source}.md`, 'utf8'));
		for (const { label, text } of guide(source, 'ADDRESS').snippets)
			if (label !== 'Address') expect(page).toContain(bare(text));
	}
);

it('leaves what Nagios itself calls an address', () => {
	const commands = guide('nagios', url).snippets.find(({ label }) => label.includes('Nagios'))?.text ?? '';
	expect(commands.split('$HOSTADDRESS$')).toHaveLength(3);
	expect(commands.split(`'${url}'`)).toHaveLength(3);
	expect(commands.split(url)).toHaveLength(3);
});
