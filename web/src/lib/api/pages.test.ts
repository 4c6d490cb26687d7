import { expect, it } from 'vitest';
import { pages } from './pages';

const numbers = async (cursor = '0') => {
	const at = Number(cursor);
	return { items: [at, at + 1], total: 6, next_cursor: at < 4 ? String(at + 2) : null };
};

it('reads on until there is no more', async () => {
	expect(await pages(numbers)).toEqual({ items: [0, 1, 2, 3, 4, 5], total: 6, next_cursor: null });
});

it('stops where it is told to, and says how to go on', async () => {
	expect(await pages(numbers, 2)).toEqual({ items: [0, 1, 2, 3], total: 6, next_cursor: '4' });
});
