// Everything that can be done to an alert, and how far it has got: for a row of the inbox and for the alert's page.
import AlarmClock from '@lucide/svelte/icons/alarm-clock';
import ArrowUpFromLine from '@lucide/svelte/icons/arrow-up-from-line';
import BellRing from '@lucide/svelte/icons/bell-ring';
import Check from '@lucide/svelte/icons/check';
import CircleCheckBig from '@lucide/svelte/icons/circle-check-big';
import Pencil from '@lucide/svelte/icons/pencil';
import Trash from '@lucide/svelte/icons/trash-2';
import UserPlus from '@lucide/svelte/icons/user-plus';
import { SvelteMap } from 'svelte/reactivity';
import { explain, Problem } from '$lib/api/problem';
import type { Alert, Role } from '$lib/api/types';
import { can } from '$lib/people/roles';
import type { Action } from '$lib/ui/action';
import { toasts } from '$lib/ui/toasts.svelte';
import * as server from './api';
import { STATUS_NAMES } from './words';

export type Question = 'close' | 'snooze' | 'assign' | 'escalate' | 'edit' | 'delete';

interface DeskWorld {
	role: () => Role;
	/** Whether they may, of those who could by their role: it may be another team's. */
	works?: (alert: Alert) => boolean;
	changed: (alert: Alert) => unknown;
	removed: (alert: Alert) => unknown;
}

export class Desk {
	/** The dialog that is open. */
	question = $state<Question | null>(null);
	/** The alert it asks about; stays while the dialog closes. */
	subject = $state.raw<Alert | null>(null);
	/** What is on its way for an alert, in words: it has not happened yet. */
	sending = new SvelteMap<string, string>();
	/** What did not happen, in words. */
	failed = new SvelteMap<string, string>();

	constructor(private readonly world: DeskWorld) {}

	async acknowledge(alert: Alert): Promise<void> {
		const consequence = 'Not acknowledged — escalation continues';
		await this.#send(alert, () => server.acknowledge(alert.id), consequence);
	}

	async unacknowledge(alert: Alert): Promise<void> {
		await this.#send(alert, () => server.unacknowledge(alert.id), 'Still acknowledged');
	}

	/** For the dialogs, which show a refusal themselves; what was decided meanwhile is taken over. */
	async settle(work: () => Promise<Alert>): Promise<void> {
		try {
			this.world.changed(await work());
		} catch (failure) {
			this.#takeOver(failure);
			throw failure;
		}
	}

	async remove(alert: Alert): Promise<void> {
		await server.deleteAlert(alert.id);
		this.world.removed(alert);
	}

	actions(alert: Alert): Action[] {
		const mine = can(this.world.role(), 'respond') && (this.world.works?.(alert) ?? true);
		const { status } = alert;
		const ask = (question: Question) => () => this.#ask(question, alert);
		const busy = this.sending.has(alert.id);
		return [
			{
				id: 'acknowledge',
				label: 'Acknowledge',
				icon: Check,
				key: 'a',
				allowed: mine && status === 'open',
				busy,
				run: () => this.acknowledge(alert)
			},
			{
				id: 'unacknowledge',
				label: 'Unacknowledge',
				icon: BellRing,
				allowed: mine && status === 'acknowledged',
				busy,
				run: () => this.unacknowledge(alert)
			},
			{
				id: 'close',
				label: 'Close',
				icon: CircleCheckBig,
				key: 'c',
				allowed: mine && status !== 'closed',
				run: ask('close')
			},
			{
				id: 'snooze',
				label: 'Snooze',
				icon: AlarmClock,
				key: 'h',
				allowed: mine && (status === 'open' || status === 'acknowledged'),
				run: ask('snooze')
			},
			{
				id: 'assign',
				label: 'Assign',
				icon: UserPlus,
				key: 'r',
				allowed: mine && status !== 'closed',
				run: ask('assign')
			},
			{
				id: 'escalate',
				label: 'Escalate',
				icon: ArrowUpFromLine,
				key: 'e',
				allowed: mine && status === 'open',
				run: ask('escalate')
			},
			{ id: 'edit', label: 'Edit', icon: Pencil, allowed: mine, run: ask('edit') },
			{
				id: 'delete',
				label: 'Delete',
				icon: Trash,
				allowed: can(this.world.role(), 'configure'),
				danger: true,
				run: ask('delete')
			}
		];
	}

	/** Runs the action of a key on an alert; false when there is none, or not now. */
	press(key: string, alert: Alert): boolean {
		const action = this.actions(alert).find((one) => one.key === key && one.allowed && !one.busy);
		action?.run();
		return action !== undefined;
	}

	#ask(question: Question, alert: Alert): void {
		this.subject = alert;
		this.question = question;
	}

	async #send(alert: Alert, work: () => Promise<Alert>, otherwise: string): Promise<void> {
		if (this.sending.has(alert.id)) return;
		this.sending.set(alert.id, 'Sending…');
		this.failed.delete(alert.id);
		try {
			this.world.changed(await work());
		} catch (failure) {
			if (this.#takeOver(failure)) toasts.say(standing(failure as Problem));
			else this.failed.set(alert.id, `${otherwise}. ${explain(failure)}`);
		} finally {
			this.sending.delete(alert.id);
		}
	}

	/** Somebody was faster: what stands now is shown. */
	#takeOver(failure: unknown): boolean {
		if (!(failure instanceof Problem) || failure.status !== 409 || !failure.current) return false;
		this.world.changed(failure.current as Alert);
		return true;
	}
}

function standing({ current, message }: Problem): string {
	const alert = current as Alert;
	const by =
		alert.status === 'closed'
			? alert.closed_by
			: alert.status === 'acknowledged'
				? alert.acknowledged_by
				: null;
	return by ? `${STATUS_NAMES[alert.status]} by ${by.name} before you.` : message;
}
