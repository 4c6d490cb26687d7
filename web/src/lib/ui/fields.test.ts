import { describe, expect, it } from 'vitest';
import { Fields } from './fields.svelte';

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
