// An action is data: the same one is a button, a menu item and a shortcut.
import type { Component } from 'svelte';

export interface Action {
	id: string;
	label: string;
	icon: Component<{ size?: number | string }>;
	/** A single key that runs it, where shortcuts are on. */
	key?: string;
	allowed: boolean;
	danger?: boolean;
	busy?: boolean;
	run: () => unknown;
}

export const allowed = (actions: Action[]): Action[] => actions.filter((action) => action.allowed);
