// The hand on the timeline, of a mouse, a finger or the keyboard: what it draws, and what it moves.
import { drawn, gripsOf, pulled, sameSpan, type Grip, type Ruler, type Span } from '../drag';
import type { Bar } from '../lanes';

type Grab =
	{ kind: 'draw'; lane: string; from: number } | { kind: 'pull'; bar: Bar; grip: Grip; from: number };

interface HandWorld {
	ruler(): Ruler;
	/** A span was drawn on a lane. */
	draw(lane: string, span: Span): unknown;
	/** Tells the server; it throws what is refused. */
	change(bar: Bar, span: Span): Promise<unknown>;
	say(text: string): unknown;
	fail(failure: unknown): unknown;
}

/** Less is the trembling of a click. */
const THRESHOLD_PX = 5;
/** Arrow keys come in a row: what they arrive at is sent, not each step. */
const PAUSE_MS = 700;

export class Hand {
	ghost = $state.raw<{ lane: string; span: Span } | null>(null);
	/** Where a bar is shown in the meantime: until the page has what the server made of it. */
	held = $state.raw<{ bar: Bar; span: Span; sending: boolean } | null>(null);
	/** The click that ends a drag is none. */
	dragged = false;
	#grab: (Grab & { x: number }) | null = null;
	#pause: ReturnType<typeof setTimeout> | undefined;

	constructor(private readonly world: HandWorld) {}

	down(grab: Grab, x: number): void {
		this.dragged = false;
		this.#grab = this.held?.sending ? null : { ...grab, x };
	}

	/** True while something is being dragged. */
	move(at: number, x: number): boolean {
		const grab = this.#grab;
		if (!grab) return false;
		this.dragged ||= Math.abs(x - grab.x) >= THRESHOLD_PX;
		if (!this.dragged) return false;
		const ruler = this.world.ruler();
		if (grab.kind === 'draw') {
			const span = drawn(grab.from, at, ruler);
			this.ghost = span && { lane: grab.lane, span };
		} else {
			const span = pulled(grab.bar, grab.grip, at - grab.from, ruler);
			this.held = { bar: grab.bar, span, sending: false };
		}
		return true;
	}

	up(): void {
		const grab = this.#grab;
		this.#grab = null;
		if (!this.dragged || !grab) return;
		if (grab.kind === 'pull') void this.#send();
		else if (this.ghost) this.world.draw(this.ghost.lane, this.ghost.span);
	}

	cancel(): void {
		this.#grab = null;
		this.ghost = null;
		clearTimeout(this.#pause);
		if (!this.held?.sending) this.held = null;
	}

	/** By one step of the arrow keys. */
	nudge(bar: Bar, grip: Grip, steps: number, describe: (span: Span) => string): void {
		const ruler = this.world.ruler();
		if (this.held?.sending) return;
		if (!gripsOf(bar, ruler.now).includes(grip)) {
			this.world.say(refusal(bar, ruler.now));
			return;
		}
		const from = this.held?.bar.id === bar.id ? this.held.span : bar;
		const span = pulled({ start: from.start, end: from.end }, grip, steps * ruler.step * 60_000, ruler);
		this.held = { bar, span, sending: false };
		this.world.say(describe(span));
		clearTimeout(this.#pause);
		this.#pause = setTimeout(() => void this.#send(), PAUSE_MS);
	}

	async #send(): Promise<void> {
		const held = this.held;
		if (!held || held.sending) return;
		if (sameSpan(held.span, held.bar)) {
			this.held = null;
			return;
		}
		this.held = { ...held, sending: true };
		try {
			await this.world.change(held.bar, held.span);
		} catch (failure) {
			this.world.fail(failure);
		}
		this.held = null;
	}
}

function refusal(bar: Bar, now: number): string {
	if (bar.kind !== 'override') return 'Only overrides can be moved. Press Enter to cover this span.';
	return bar.end <= now
		? 'This override is over: what has been stands.'
		: 'This override has begun: only its end can be changed, with Alt and the arrows.';
}
