import { expect, test } from 'vitest';
import type { ComponentState, PublicComponent } from '$lib/api/types';
import { choiceOf, componentName, inQuestion } from './words';

const component = (id: string, state: ComponentState, group_name = ''): PublicComponent => ({
	id,
	name: id,
	description: '',
	group_name,
	position: 0,
	state,
	version: 1
});

test('an update asks for what does not stand well and for what was chosen, a new notice for the latter', () => {
	const all = [component('a', 'operational'), component('b', 'degraded'), component('c', 'operational')];
	const asked = (chosen: Record<string, ComponentState>, ongoing: boolean) =>
		inQuestion(all, chosen, ongoing).map(({ id }) => id);
	expect(asked({}, true)).toEqual(['b']);
	expect(asked({ c: 'operational' }, true)).toEqual(['b', 'c']);
	expect(asked({}, false)).toEqual([]);
	expect(asked({ c: 'operational' }, false)).toEqual(['c']);
});

test('a component is named with its group, and in a choice with what is wrong', () => {
	expect(componentName(component('API', 'operational'))).toBe('API');
	expect(componentName(component('API', 'operational', 'Europe'))).toBe('Europe: API');
	expect(choiceOf(component('API', 'degraded', 'Europe'))).toBe('Europe: API (Degraded performance)');
});
