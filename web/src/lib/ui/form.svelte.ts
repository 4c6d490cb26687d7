// A request under way from a form: not twice at once, and what was refused stands at its field.
import { explain, Problem } from '$lib/api/problem';
import type { Contested } from './fields.svelte';

const STALE = 'Somebody changed this after you opened it, so nothing was saved.';

/** What is edited here and may be changed elsewhere meanwhile: `Edited`. */
export interface Edits {
	contested: Contested[];
	/** What a person calls a field, where its name does not say so. */
	labels?: Record<string, string>;
	swap(field: Contested): void;
	/** With the object as it stands now. */
	renew(standing: never): void;
	settle(): void;
}

export class Form {
	busy = $state(false);
	problem = $state('');
	errors = $state<Record<string, string>>({});
	/** Somebody else was faster: what this form started from is no longer what stands. */
	stale = $state(false);

	constructor(readonly edits?: Edits) {}

	clear(): void {
		this.stale = false;
		this.problem = '';
		this.errors = {};
	}

	/** True once the work is done; false when it failed or was already under way. */
	async send(work: () => Promise<unknown>): Promise<boolean> {
		if (this.busy) return false;
		this.busy = true;
		this.clear();
		try {
			await work();
			this.edits?.settle();
			return true;
		} catch (failure) {
			this.fail(failure);
			return false;
		} finally {
			this.busy = false;
		}
	}

	/** The error of a field, also of what lies inside it ("config.port" under "config"). */
	error(field: string): string | undefined {
		if (this.errors[field]) return this.errors[field];
		const inside = Object.keys(this.errors).find((name) => name.startsWith(`${field}.`));
		return inside && this.errors[inside];
	}

	fail(failure: unknown): void {
		this.errors = failure instanceof Problem ? failure.fields : {};
		this.stale = failure instanceof Problem && failure.code === 'stale_version';
		if (this.stale && (failure as Problem).current) this.edits?.renew((failure as Problem).current as never);
		this.problem = this.stale ? STALE : explain(failure);
	}
}
