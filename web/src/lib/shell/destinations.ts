// What can be gone to by typing a part of its name: the console's places at once, and what the server finds.
import Bell from '@lucide/svelte/icons/bell';
import CalendarClock from '@lucide/svelte/icons/calendar-clock';
import ListTree from '@lucide/svelte/icons/list-tree';
import Siren from '@lucide/svelte/icons/siren';
import Users from '@lucide/svelte/icons/users';
import type { Component } from 'svelte';
import { alertPage } from '$lib/alerts/api';
import { api } from '$lib/api/client';
import { take } from '$lib/api/problem';
import type { Me } from '$lib/api/types';
import { incidents } from '$lib/incidents/api';
import { schedules } from '$lib/oncall/api';
import { teamPage } from '$lib/people/api';
import { PLACES, shownTo } from './places';

export interface Destination {
	href: string;
	label: string;
	/** What kind of thing it is; nothing of a place. */
	kind: string;
	icon: Component<{ size?: number | string }>;
}

const MOST_OF_EACH = 5;

/** Those whose name has a word that begins with each of the typed ones. */
export function placesNamed(text: string, me: Me): Destination[] {
	const typed = text.toLowerCase().split(/\s+/).filter(Boolean);
	const fits = (label: string) => {
		const words = label.toLowerCase().split(/\s+/);
		return typed.every((part) => words.some((word) => word.startsWith(part)));
	};
	return shownTo(me, PLACES)
		.filter(({ label }) => fits(label))
		.map(({ href, label, icon }) => ({ href, label, icon, kind: '' }));
}

/** By words, or by a #number. One kind that cannot be asked does not hide the others. */
export async function found(search: string): Promise<Destination[]> {
	const few = { search, page_size: MOST_OF_EACH };
	const answers = await Promise.allSettled([
		alertPage({ search }, undefined, MOST_OF_EACH).then(({ items }) =>
			items.map(({ id, number, message }) => to(`/alerts/${id}`, `#${number} ${message}`, 'Alert', Bell))
		),
		incidents(few).then(({ items }) =>
			items.map(({ id, number, title }) => to(`/incidents/${id}`, `#${number} ${title}`, 'Incident', Siren))
		),
		schedules(few).then(({ items }) =>
			items.map(({ id, name }) => to(`/schedules/${id}`, name, 'Schedule', CalendarClock))
		),
		take(api.GET('/api/v1/escalation-policies', { params: { query: few } })).then(({ items }) =>
			items.map(({ id, name }) => to(`/policies/${id}`, name, 'Escalation policy', ListTree))
		),
		teamPage(few).then(({ items }) => items.map(({ id, name }) => to(`/teams/${id}`, name, 'Team', Users)))
	]);
	return answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
}

const to = (href: string, label: string, kind: string, icon: Destination['icon']): Destination => ({
	href,
	label,
	kind,
	icon
});
