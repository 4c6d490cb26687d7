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
