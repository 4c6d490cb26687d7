// A request under way from a form: not twice at once, and what was refused stands at its field.
import { explain, Problem } from '$lib/api/problem';

const STALE = 'Somebody changed this after you opened it, so nothing was saved.';

export class Form {
	busy = $state(false);
	problem = $state('');
	errors = $state<Record<string, string>>({});
	/** Somebody else was faster: what this form started from is no longer what stands. */
	stale = $state(false);

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
		this.problem = this.stale ? STALE : explain(failure);
	}
}
