import { describe, expect, it } from 'vitest';
import { Drafts } from './drafts';

function store() {
	const kept = new Map<string, string>();
	return {
		getItem: (name: string) => kept.get(name) ?? null,
		setItem: (name: string, text: string) => void kept.set(name, text),
		removeItem: (name: string) => void kept.delete(name)
	};
}

const full = {
	getItem: () => null,
	setItem: () => {
		throw new Error('QuotaExceededError');
	},
	removeItem: () => {}
};

describe('a draft', () => {
	it('is there again after a reload', () => {
		const browser = store();
		new Drafts(
			() => browser,
			() => 7
		).keep('a', 'half a sent');
		const reloaded = new Drafts(
			() => browser,
			() => 8
		);
		expect(reloaded.read('a')).toEqual({ text: 'half a sent', at: 7 });
		expect(reloaded.read('b')).toBeNull();
	});

	it('is gone once it has arrived, unless another tab goes on writing it', () => {
		const browser = store();
		const [one, other] = [0, 1].map(
			() =>
				new Drafts(
					() => browser,
					() => 0
				)
		);
		one?.keep('a', 'sent');
		other?.keep('a', 'still being written');
		one?.forget('a', 'sent');
		expect(one?.read('a')?.text).toBe('still being written');
		other?.forget('a', 'still being written');
		expect(one?.read('a')).toBeNull();
	});

	it('is held where the browser keeps nothing, and is none when it is empty', () => {
		for (const browser of [null, full]) {
			const drafts = new Drafts(
				() => browser,
				() => 0
			);
			drafts.keep('a', 'words');
			expect(drafts.read('a')?.text).toBe('words');
			drafts.keep('a', '  ');
			expect(drafts.read('a')).toBeNull();
		}
	});

	it('is none where something else was kept under its name', () => {
		const browser = store();
		browser.setItem('pulsar.draft.a', '{"words"');
		browser.setItem('pulsar.draft.b', '[1]');
		const drafts = new Drafts(
			() => browser,
			() => 0
		);
		expect([drafts.read('a'), drafts.read('b')]).toEqual([null, null]);
	});
});
