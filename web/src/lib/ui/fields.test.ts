import { describe, expect, it } from 'vitest';
import { Edited, Fields } from './fields.svelte';

const start = { title: '', severity: 'medium', tags: ['a'] };

describe('the fields of a form', () => {
	it('are filled anew where nobody typed', () => {
		const fields = new Fields(start);
		fields.now.title = 'The till is down';
		fields.refill({ title: 'Slow', severity: 'high', tags: ['b'] });
		expect(fields.now).toEqual({ title: 'The till is down', severity: 'high', tags: ['b'] });
	});

	it('keep what was typed also when one start after another agrees with it by chance', () => {
		const fields = new Fields(start);
		fields.now.severity = 'high';
		fields.refill({ ...start, severity: 'high' });
		fields.refill({ ...start, severity: 'low' });
		expect(fields.now.severity).toBe('high');
	});

	it('are free again once what was typed is taken back', () => {
		const fields = new Fields(start);
		fields.now.title = 'x';
		fields.now.title = '';
		fields.refill({ ...start, title: 'Slow' });
		expect(fields.now.title).toBe('Slow');
	});

	it('know of a list that somebody changed inside it, and leave alone what they started from', () => {
		const fields = new Fields(start);
		fields.now.tags.push('mine');
		fields.refill({ ...start, tags: ['theirs'] });
		expect(fields.now.tags).toEqual(['a', 'mine']);
		expect(start.tags).toEqual(['a']);
	});
});

describe('the fields of something that others change meanwhile', () => {
	const thing = (version: number, more: Partial<typeof start> = {}) => ({ version, ...start, ...more });
	const edited = () =>
		new Edited(thing(1), (one) => ({ title: one?.title ?? '', severity: one?.severity ?? 'low' }));

	it('keep what was typed, show the rest as it stands, and go on from there', () => {
		const fields = edited();
		fields.now.title = 'Mine';
		fields.renew(thing(2, { severity: 'high' }));
		expect(fields.now).toEqual({ title: 'Mine', severity: 'high' });
		expect([fields.version, fields.contested]).toEqual([2, []]);
	});

	it('show theirs and mine where both changed the same, and lose neither', () => {
		const fields = edited();
		fields.now.title = 'Mine';
		fields.renew(thing(2, { title: 'Theirs' }));
		expect(fields.contested).toEqual([{ name: 'title', theirs: false }]);
		const swap = () => fields.contested[0] && fields.swap(fields.contested[0]);
		swap();
		expect([fields.now.title, fields.contested[0]?.theirs]).toEqual(['Theirs', true]);
		fields.now.title = 'Theirs, and more';
		swap();
		expect(fields.now.title).toBe('Mine');
		swap();
		expect(fields.now.title).toBe('Theirs, and more');
	});

	it('are not contested where both typed the same, nor again what was decided once', () => {
		const fields = edited();
		[fields.now.title, fields.now.severity] = ['Same', 'high'];
		fields.renew(thing(2, { title: 'Same', severity: 'low' }));
		expect(fields.contested.map(({ name }) => name)).toEqual(['severity']);
		fields.renew(thing(3, { title: 'Same', severity: 'low', tags: ['b'] }));
		expect(fields.contested).toEqual([]);
		expect(fields.now.severity).toBe('high');
	});

	it('follow what others save until somebody types, and again once that is saved', () => {
		const fields = edited();
		fields.follow(thing(2, { title: 'Theirs' }));
		expect(fields.now.title).toBe('Theirs');
		fields.now.title = 'Mine';
		fields.follow(thing(3, { title: 'Theirs again' }));
		expect([fields.now.title, fields.version]).toEqual(['Mine', 2]);
		fields.settle();
		fields.follow(thing(4, { title: 'Mine' }));
		expect(fields.version).toBe(4);
	});

	it('go on from another version that changed nothing of what stands in them', () => {
		const fields = edited();
		fields.now.title = 'Mine';
		fields.follow(thing(2, { tags: ['b'] }));
		expect([fields.now.title, fields.version]).toEqual(['Mine', 2]);
	});
});
