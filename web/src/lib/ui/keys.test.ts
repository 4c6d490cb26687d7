import { describe, expect, it } from 'vitest';
import { Keys, type Press } from './keys';

const bound = new Set(['j', 'J', 'a', '?', 'g a']);
const press = (key: string, more: Partial<Press> = {}): Press => ({
	key,
	ctrlKey: false,
	metaKey: false,
	altKey: false,
	shiftKey: false,
	at: 0,
	busy: false,
	...more
});

describe('the keyboard', () => {
	it('tells j from Shift+J, and reads signs as they are printed', () => {
		const keys = new Keys();
		expect(keys.read(press('j'), bound)).toBe('j');
		expect(keys.read(press('J', { shiftKey: true }), bound)).toBe('J');
		expect(keys.read(press('?', { shiftKey: true }), bound)).toBe('?');
	});

	it('reads "g a" as one binding, within a moment', () => {
		const keys = new Keys();
		expect(keys.read(press('g'), bound)).toBeNull();
		expect(keys.read(press('a', { at: 500 }), bound)).toBe('g a');
		keys.read(press('g', { at: 1000 }), bound);
		expect(keys.read(press('a', { at: 9000 }), bound)).toBe('a');
	});

	it('leaves the browser’s own shortcuts and typed text alone', () => {
		const keys = new Keys();
		expect(keys.read(press('a', { ctrlKey: true }), bound)).toBeNull();
		expect(keys.read(press('a', { busy: true }), bound)).toBeNull();
	});
});
