// What can be done on a schedule's page, and which question is being asked.
import type { Bar } from './lanes';
import type { Span } from './drag';
import { createOverride, editOverride, removeOverride } from './api';
import { changesOf, covering, editing, fresh, movesOf, type OverrideDraft } from './overrides';
import type { Calendar, Override, OverrideInput, PersonRef, Schedule } from './types';

export type Question = 'shift' | 'override' | 'cover' | 'remove' | 'edit' | 'delete';

interface DeskWorld {
	schedule: () => Schedule;
	calendar: () => Calendar;
	me: () => PersonRef;
	now: () => number;
	renew: () => Promise<unknown>;
	say: (text: string) => unknown;
	/** No dialog is open any more. */
	closed: () => unknown;
}

export class Desk {
	question = $state<Question | null>(null);
	bar = $state.raw<Bar | null>(null);
	draft = $state.raw<OverrideDraft | null>(null);
	override = $derived.by(() => this.#overrideOf(this.bar));
	/** The reader's own shift. */
	own = $derived.by(() => this.bar !== null && this.bar.userId === this.world.me().id);

	constructor(private readonly world: DeskWorld) {}

	close = (): void => {
		this.question = null;
		this.world.closed();
	};

	open = (bar: Bar): void => {
		this.bar = bar;
		this.question = 'shift';
	};

	ask = (question: Question): void => void (this.question = question);

	remove = (bar: Bar): void => {
		this.bar = bar;
		this.question = 'remove';
	};

	begin = (): void =>
		this.#write(fresh(this.world.me(), this.world.schedule().time_zone, this.world.now()), null);

	/** A span was drawn, or a shift or a gap is to be covered. */
	cover = (span: Span, rotationId: string | null): void => {
		const { rotations } = this.world.schedule();
		// Of a single rotation it is the same, and stays right when another is added: then for all.
		const rotation =
			rotations.length > 1 && rotations.some(({ id }) => id === rotationId) ? rotationId : null;
		this.#write(covering(span, rotation, this.world.me(), this.world.now()), null);
	};

	edit = (): void => {
		if (this.override) this.#write(editing(this.override), this.bar);
	};

	save = async (input: OverrideInput): Promise<void> => {
		const { id } = this.world.schedule();
		const override = this.draft?.id ? this.override : undefined;
		if (override) await editOverride(id, override.id, changesOf(override, input));
		else await createOverride(id, input);
		await this.world.renew();
	};

	/** A drag, or the arrow keys. */
	change = async (bar: Bar, span: Span): Promise<void> => {
		try {
			await editOverride(this.world.schedule().id, bar.overrideId ?? '', movesOf(bar, span));
		} finally {
			await this.world.renew();
		}
		this.world.say(`The override of ${bar.name} is changed.`);
	};

	end = async (): Promise<void> => {
		if (!this.override) return;
		await removeOverride(this.world.schedule().id, this.override.id);
		await this.world.renew();
	};

	#write(draft: OverrideDraft, bar: Bar | null): void {
		if (bar) this.bar = bar;
		this.draft = draft;
		this.question = 'override';
	}

	#overrideOf(bar: Bar | null): Override | undefined {
		return bar?.overrideId
			? this.world.calendar().overrides.find(({ id }) => id === bar.overrideId)
			: undefined;
	}
}
