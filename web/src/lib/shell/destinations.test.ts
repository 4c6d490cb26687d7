import { expect, it } from 'vitest';
import type { Me } from '$lib/api/types';
import { placesNamed } from './destinations';

const me = (role: string) => ({ organization: { role }, operator: false }) as Me;
const labels = (text: string, role = 'owner') => placesNamed(text, me(role)).map(({ label }) => label);

it('finds a place by the beginnings of its words', () => {
	expect(labels('pol')).toEqual(['Escalation policies']);
	expect(labels('log')).toEqual(['Delivery log', 'Audit log']);
	expect(labels('lo au')).toEqual(['Audit log']);
});

it('offers nobody a place that they are not shown', () => {
	expect(labels('audit', 'viewer')).toEqual([]);
	expect(labels('system')).toEqual([]);
});
