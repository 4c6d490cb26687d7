import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { batch } from './batch';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('gathers many events into one flush, and what comes meanwhile into the next', async () => {
	const flushed: string[][] = [];
	const add = batch<string>(250, async (things) => flushed.push([...things].sort()));
	add('a', 'b');
	add('a');
	await vi.advanceTimersByTimeAsync(250);
	add('c');
	await vi.advanceTimersByTimeAsync(250);
	expect(flushed).toEqual([['a', 'b'], ['c']]);
});

it('goes on after a flush that failed', async () => {
	let flushes = 0;
	const add = batch<string>(250, async () => {
		flushes += 1;
		throw new Error('no network');
	});
	const failures: unknown[] = [];
	const note = (reason: unknown) => failures.push(reason);
	process.on('unhandledRejection', note);
	add('a');
	await vi.advanceTimersByTimeAsync(250);
	add('b');
	await vi.advanceTimersByTimeAsync(250);
	process.off('unhandledRejection', note);
	expect(flushes).toBe(2);
});
