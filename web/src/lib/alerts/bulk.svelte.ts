// One thing done to all selected alerts: at most once at a time, and with the truth about each.
import type { BulkResult } from '$lib/api/types';
import { toasts } from '$lib/ui/toasts.svelte';
import type { Desk } from './desk.svelte';
import type { Inbox } from './inbox.svelte';

interface Person {
	id: string;
	full_name: string;
}

export class Bulk {
	busy = $state(false);

	constructor(
		private readonly inbox: Inbox,
		private readonly desk: Desk,
		private readonly renew: () => unknown
	) {}

	async run(
		to: 'acknowledged' | 'closed',
		send: (ids: string[]) => Promise<BulkResult>,
		me: Person
	): Promise<void> {
		if (this.busy) return;
		this.busy = true;
		const ids = [...this.inbox.selected];
		try {
			const { done, failed } = await send(ids);
			this.#show(to, new Set(done), me);
			for (const { id, detail } of failed) this.desk.failed.set(id, `Not ${to}. ${detail}`);
			this.inbox.selected.clear();
			toasts.say(`${done.length} ${to}${failed.length ? `, ${failed.length} not` : ''}.`);
			this.renew();
		} finally {
			this.busy = false;
		}
	}

	/** The server has said which are done, so their rows may say it too. */
	#show(status: 'acknowledged' | 'closed', done: Set<string>, me: Person): void {
		const by = { id: me.id, name: me.full_name };
		const at = new Date().toISOString();
		const change =
			status === 'closed' ? { closed_by: by, closed_at: at } : { acknowledged_by: by, acknowledged_at: at };
		for (const row of this.inbox.rows) {
			if (!done.has(row.id)) continue;
			this.desk.failed.delete(row.id);
			this.inbox.put({ ...row, status, ...change });
		}
	}
}
