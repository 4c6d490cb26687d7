// The connection as the console sees it: its state, and who wants to hear of events.
import { goto, invalidate, invalidateAll } from '$app/navigation';
import { navigating } from '$app/state';
import { api, missedSomething } from '$lib/api/client';
import { Problem, SignedOut, take } from '$lib/api/problem';
import { setServerTime } from '$lib/ui/clock.svelte';
import { batch } from './batch';
import { Feed, type FeedState, type LiveEvent, type Socket } from './feed';
import { keysOf, logOf } from './keys';

const EVERYTHING = '*';
/** What a device says of its network is a reason to look, and no more. */
const SIGNS = ['online', 'offline'] as const;
const REREAD_MS = 30_000;

type Listener = (event: LiveEvent) => void;

class Live {
	state = $state<FeedState>('connecting');
	/** Until when what is on the screen is known to be true, when it is no longer so. */
	lostAt = $state<number | null>(null);
	/** Since when nothing is heard. */
	brokenAt = $state<number | null>(null);
	/** Whether the server answers requests though it is not heard: then only what others do is missed. */
	answers = $state(true);
	/** Tries at once. */
	retry = () => {};
	#heardAt = Date.now();
	#listeners = new Set<Listener>();

	on(listener: Listener): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	tell(event: LiveEvent): void {
		for (const listener of this.#listeners) listener(event);
	}

	heard(): void {
		this.#heardAt = Date.now();
	}

	/** All of what is shown was read anew, though the feed is still out. */
	reread(at: number): void {
		if (this.lostAt !== null) this.lostAt = at;
	}

	become(state: FeedState): void {
		if (state === 'lost') {
			this.lostAt ??= this.#heardAt;
			this.brokenAt ??= Date.now();
		}
		if (state === 'live') this.lostAt = this.brokenAt = null;
		this.state = state;
	}
}

export const live = new Live();

async function open(after: number | null): Promise<Socket> {
	const { ticket } = await take(api.POST('/api/v1/ws/ticket'));
	live.answers = true;
	const url = new URL('/api/v1/ws', location.href);
	url.protocol = url.protocol.replace('http', 'ws');
	url.searchParams.set('ticket', ticket);
	if (after !== null) url.searchParams.set('after', String(after));
	return new WebSocket(url) as Socket;
}

/** SvelteKit drops a navigation under way when something is invalidated: in a storm no link would ever work. So it
 * waits for one, and begins the one anew that came between. */
async function renew(keys: ReadonlySet<string>): Promise<void> {
	await navigating.complete?.catch(() => {});
	const began = Date.now();
	await (keys.has(EVERYTHING) ? invalidateAll() : invalidate((url) => keys.has(url.href)));
	if (keys.has(EVERYTHING) && !missedSomething()) live.reread(began);
	if (navigating.to) await goto(navigating.to.url);
}

/** Starts the feed; what it returns stops it. */
export function goLive(): () => void {
	const outdated = batch<string>(300, renew);
	const feed = new Feed(
		{
			open: (after) =>
				open(after).catch((failure: unknown) => {
					live.answers = failure instanceof Problem && failure.status > 0;
					// Who was deactivated, or logged out elsewhere, is led out rather than left before a page that stands still.
					if (failure instanceof SignedOut) outdated(EVERYTHING);
					throw failure;
				}),
			later: (run, ms) => {
				const timer = setTimeout(run, ms);
				return () => clearTimeout(timer);
			},
			random: Math.random
		},
		{
			event: (event) => {
				live.tell(event);
				outdated(...keysOf(event), logOf(event));
			},
			reload: () => outdated(EVERYTHING),
			state: (state) => {
				// What was shown from memory meanwhile, or could not be shown at all, is read as soon as it can be.
				if (state === 'live' && live.lostAt !== null && missedSomething()) outdated(EVERYTHING);
				live.become(state);
			},
			heard: () => live.heard(),
			clock: setServerTime
		}
	);
	live.retry = () => feed.retry();
	// Where the feed does not get through and all else does, reading now and then has to do.
	const rereading = setInterval(() => {
		if (live.state === 'lost' && live.answers) outdated(EVERYTHING);
	}, REREAD_MS);
	for (const sign of SIGNS) window.addEventListener(sign, live.retry);
	document.addEventListener('visibilitychange', live.retry);
	feed.start();
	return () => {
		feed.stop();
		clearInterval(rereading);
		for (const sign of SIGNS) window.removeEventListener(sign, live.retry);
		document.removeEventListener('visibilitychange', live.retry);
		live.retry = () => {};
	};
}
