import { describe, expect, it } from 'vitest';
import type { Channel, Policy } from '$lib/api/types';
import { current, steps, type Reality } from './steps';

const nothing: Reality = {
	channels: [],
	policies: [],
	integrations: [],
	alerts: 0,
	delivered: 0,
	colleagues: 0
};
const channel = (enabled: boolean) => ({ enabled }) as Channel;
const policy = (targets: number) => ({ rules: [{ targets: Array(targets).fill({}) }] }) as unknown as Policy;
const done = (reality: Partial<Reality>) =>
	steps({ ...nothing, ...reality })
		.filter((step) => step.done)
		.map((step) => step.id);

describe('the first steps', () => {
	it('begin with a channel', () => {
		expect(current(steps(nothing))?.id).toBe('channel');
	});

	it('do not count a channel that is off, or a policy that reaches nobody', () => {
		expect(done({ channels: [channel(false)], policies: [policy(0)] })).toEqual([]);
		expect(done({ channels: [channel(true)], policies: [policy(1)] })).toEqual(['channel', 'policy']);
	});

	it('offer to invite somebody, and do not wait for it', () => {
		expect(steps(nothing).at(-1)).toMatchObject({ id: 'colleague', optional: true });
		expect(done({ colleagues: 1 })).toEqual(['colleague']);
	});

	it('are over with the first delivered page', () => {
		const all: Reality = {
			...nothing,
			channels: [channel(true)],
			policies: [policy(1)],
			alerts: 1,
			delivered: 1
		};
		expect(current(steps({ ...all, integrations: [{}] as Reality['integrations'] }))).toBeUndefined();
	});
});
