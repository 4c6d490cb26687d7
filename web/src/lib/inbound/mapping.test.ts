import { expect, it } from 'vitest';
import { definitionOf, draftOf, expressionOf, insert, pathOf, starter } from './mapping';

it('writes a path as JMESPath does', () => {
	expect(pathOf([])).toBe('@');
	expect(pathOf(['alert', 'name'])).toBe('alert.name');
	expect(pathOf(['labels', 'k8s.node', 0])).toBe('labels."k8s.node"[0]');
	expect(pathOf([2, 'name'])).toBe('[2].name');
});

it('says of an item what stands in it, and of the whole payload the rest', () => {
	expect(expressionOf(['alerts', 3, 'name'], 'alerts')).toBe('name');
	expect(expressionOf(['alerts', 3, 'name'], "alerts[?state=='down']")).toBe('name');
	expect(expressionOf([3, 'name'], '@')).toBe('name');
	expect(expressionOf(['site'], 'alerts')).toBe('root().site');
	expect(expressionOf(['alerts', 3, 'name'], '')).toBe('alerts[3].name');
});

it('puts a pressed value where it makes sense', () => {
	expect(insert('message', '', 0, ['a'], '').text).toBe('a');
	expect(insert('message', 'a', 1, ['b'], '').text).toBe('{{a}} {{b}}');
	expect(insert('message', '{{a}} on !', 9, ['b'], '').text).toBe('{{a}} on {{b}}!');
	expect(insert('message', '{{}}', 2, ['b'], '')).toEqual({ text: '{{b}}', at: 3 });
	expect(insert('close', " == 'ok'", 0, ['state'], '').text).toBe("state == 'ok'");
	expect(insert('details', 'x: y', 4, ['job', 'exit code'], '').text).toBe(
		'x: y\nexit code: job."exit code"'
	);
	expect(insert('items', 'old', 3, ['alerts'], 'old').text).toBe('alerts');
});

it('begins with a guess by the names that tools use', () => {
	const guess = starter({ job: { name: 'backup', host: 'db-1' }, state: 'FAILED', exit_code: 3 });
	expect(guess).toMatchObject({ items: '', message: 'job.name', entity: 'job.host', action: 'state' });
	expect(starter({ site: 'B', problems: [{ id: 1, what: 'Door', tags: ['x'] }] })).toMatchObject({
		items: 'problems',
		message: 'what',
		alias: 'id',
		tags: 'tags',
		details: '*: @'
	});
	expect(starter([{ title: 'x' }])).toMatchObject({ items: '@', message: 'title' });
	expect(starter('text').message).toBe('');
});

it('comes back as it was saved', () => {
	const definition = definitionOf({
		...draftOf(null),
		message: 'm',
		details: 'a: b\nc: d.e',
		priorities: 'red: P1'
	});
	expect(definition.details).toEqual({ a: 'b', c: 'd.e' });
	expect(definition.priorities).toEqual({ red: 'P1' });
	expect(definitionOf(draftOf(definition))).toEqual(definition);
});
