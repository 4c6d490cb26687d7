// The sign before a line of the timeline.
import Activity from '@lucide/svelte/icons/activity';
import Bell from '@lucide/svelte/icons/bell';
import Check from '@lucide/svelte/icons/check';
import Gauge from '@lucide/svelte/icons/gauge';
import GitMerge from '@lucide/svelte/icons/git-merge';
import Link from '@lucide/svelte/icons/link';
import ListChecks from '@lucide/svelte/icons/list-checks';
import Megaphone from '@lucide/svelte/icons/megaphone';
import Pencil from '@lucide/svelte/icons/pencil';
import PhoneCall from '@lucide/svelte/icons/phone-call';
import RotateCcw from '@lucide/svelte/icons/rotate-ccw';
import Siren from '@lucide/svelte/icons/siren';
import User from '@lucide/svelte/icons/user';
import type { TimelineLine } from '$lib/api/types';

const BY_KIND: Record<string, typeof Bell> = {
	created: Siren,
	status_changed: Activity,
	resolved: Check,
	reopened: RotateCcw,
	severity_changed: Gauge,
	updated: Pencil,
	paged: PhoneCall,
	not_paged: PhoneCall
};

const BY_FAMILY: [string, typeof Bell][] = [
	['alert', Bell],
	['responder', User],
	['task', ListChecks],
	['link', Link],
	['note', Pencil],
	['update', Megaphone],
	['subscriber', Megaphone],
	['postmortem', Pencil],
	['escalation', PhoneCall],
	['notification', PhoneCall]
];

export function iconOf({ kind }: Pick<TimelineLine, 'kind'>): typeof Bell {
	if (kind.includes('merged')) return GitMerge;
	return BY_KIND[kind] ?? BY_FAMILY.find(([family]) => kind.startsWith(family))?.[1] ?? Activity;
}
