import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Finder, type Source } from './finder.svelte';
import type { Choice } from './Picker.svelte';

const choice = (value: string) => ({ value, label: value }) as Choice;
const labels = (finder: Finder) => finder.choices.map(({ label }) => label);

const few: Source = vi.fn(async () => ({ choices: [choice('few')], more: false }));
const many: Source = vi.fn(async (search?: string) => ({
	choices: search ? [choice('first'), choice(search)] : [choice('first')],
	more: true
}));

describe('what one can choose from', () => {
	beforeEach(() => vi.useFakeTimers());
	afterEach(() => {
		vi.useRealTimers();
		vi.clearAllMocks();
	});

	it('is the first ones of every kind, and after that what is typed, once each', async () => {
		const finder = new Finder([few, many]);
		await finder.load();
		expect(labels(finder)).toEqual(['few', 'first']);
		finder.typed('hundred');
		finder.typed('hundredth');
		await vi.runAllTimersAsync();
		expect(labels(finder)).toEqual(['few', 'first', 'hundredth']);
		expect(many).toHaveBeenCalledTimes(2);
	});

	it('is not asked for again where all is at hand', async () => {
		const finder = new Finder([few]);
		await finder.load();
		finder.typed('anything');
		await vi.runAllTimersAsync();
		expect(few).toHaveBeenCalledTimes(1);
	});
});
