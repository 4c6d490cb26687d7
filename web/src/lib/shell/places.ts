// Where one can go.
import Bell from '@lucide/svelte/icons/bell';
import Building2 from '@lucide/svelte/icons/building-2';
import ChartColumn from '@lucide/svelte/icons/chart-column';
import CalendarClock from '@lucide/svelte/icons/calendar-clock';
import CircleUser from '@lucide/svelte/icons/circle-user';
import Globe from '@lucide/svelte/icons/globe';
import ClipboardList from '@lucide/svelte/icons/clipboard-list';
import HeartPulse from '@lucide/svelte/icons/heart-pulse';
import History from '@lucide/svelte/icons/history';
import House from '@lucide/svelte/icons/house';
import KeyRound from '@lucide/svelte/icons/key-round';
import ListTree from '@lucide/svelte/icons/list-tree';
import PhoneCall from '@lucide/svelte/icons/phone-call';
import Plug from '@lucide/svelte/icons/plug';
import Radio from '@lucide/svelte/icons/radio';
import Rocket from '@lucide/svelte/icons/rocket';
import ScrollText from '@lucide/svelte/icons/scroll-text';
import Server from '@lucide/svelte/icons/server';
import Siren from '@lucide/svelte/icons/siren';
import UserCog from '@lucide/svelte/icons/user-cog';
import Webhook from '@lucide/svelte/icons/webhook';
import Users from '@lucide/svelte/icons/users';
import type { Component } from 'svelte';
import type { Me } from '$lib/api/types';
import { can } from '$lib/people/roles';

export interface Place {
	href: string;
	label: string;
	icon: Component<{ size?: number | string }>;
	/** After "g". */
	key?: string;
	/** The server shows it to admins only. */
	forAdmins?: true;
	/** Of the installation. */
	forOperators?: true;
}

export const HOME: Place = { href: '/home', label: 'Home', icon: House, key: 'h' };
export const ALERTS: Place = { href: '/alerts', label: 'Alerts', icon: Bell, key: 'a' };
export const INCIDENTS: Place = { href: '/incidents', label: 'Incidents', icon: Siren, key: 'i' };
export const ON_CALL: Place = { href: '/oncall', label: 'On call', icon: PhoneCall, key: 'o' };
export const START: Place = { href: '/start', label: 'Get started', icon: Rocket };
export const YOU: Place = { href: '/me', label: 'You', icon: CircleUser, key: 'm' };

export interface Group {
	/** Nothing above what one comes for. */
	title?: string;
	places: Place[];
}

export const GROUPS: Group[] = [
	{
		places: [
			HOME,
			ALERTS,
			INCIDENTS,
			ON_CALL,
			{ href: '/schedules', label: 'Schedules', icon: CalendarClock, key: 's' },
			{ href: '/reports', label: 'Reports', icon: ChartColumn, key: 'r' }
		]
	},
	{
		title: 'Signals',
		places: [
			{ href: '/integrations', label: 'Integrations', icon: Plug, key: 'e' },
			{ href: '/heartbeats', label: 'Heartbeats', icon: HeartPulse, key: 'b' },
			{ href: '/webhooks', label: 'Webhooks', icon: Webhook, key: 'w' }
		]
	},
	{
		title: 'Response',
		places: [
			{ href: '/policies', label: 'Escalation policies', icon: ListTree, key: 'p' },
			{ href: '/channels', label: 'Channels', icon: Radio, key: 'c' },
			{ href: '/notifications', label: 'Delivery log', icon: ScrollText, key: 'n' },
			{ href: '/templates', label: 'Incident templates', icon: ClipboardList, key: 'd' },
			{ href: '/status-page', label: 'Status page', icon: Globe }
		]
	},
	{
		title: 'Administration',
		places: [
			{ href: '/teams', label: 'Teams', icon: Users, key: 't' },
			{ href: '/members', label: 'Members', icon: UserCog, key: 'u' },
			{ href: '/organization', label: 'Organization', icon: Building2 },
			{ href: '/keys', label: 'API keys', icon: KeyRound, key: 'k', forAdmins: true },
			{ href: '/audit', label: 'Audit log', icon: History, key: 'l', forAdmins: true },
			{ href: '/system', label: 'System', icon: Server, forOperators: true }
		]
	}
];

export const PLACES: Place[] = [...GROUPS.flatMap(({ places }) => places), YOU];

export const shownTo = (me: Me, places: Place[]): Place[] =>
	places.filter(
		({ forAdmins, forOperators }) =>
			(!forAdmins || can(me.organization.role, 'configure')) && (!forOperators || me.operator)
	);

export const isAt = (place: Place, path: string): boolean =>
	path === place.href || path.startsWith(`${place.href}/`);
