// The connection as the console sees it: its state, and who wants to hear of events.
import { goto, invalidate, invalidateAll } from '$app/navigation';
import { navigating } from '$app/state';
import { api } from '$lib/api/client';
import { SignedOut, take } from '$lib/api/problem';
import { setServerTime } from '$lib/ui/clock.svelte';
import { batch } from './batch';
import { Feed, type FeedState, type LiveEvent, type Socket } from './feed';
import { keysOf } from './keys';

const EVERYTHING = '*';

type Listener = (event: LiveEvent) => void;

class Live {
	state = $state<FeedState>('connecting');
	/** Until when what is on the screen is known to be true. */
	lostAt = $state<number | null>(null);
	#listeners = new Set<Listener>();

	on(listener: Listener): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	tell(event: LiveEvent): void {
		for (const listener of this.#listeners) listener(event);
	}

	become(state: FeedState): void {
		if (state === 'lost') this.lostAt ??= Date.now();
		if (state === 'live') this.lostAt = null;
		this.state = state;
	}
}

export const live = new Live();

async function open(after: number | null): Promise<Socket> {
	const { ticket } = await take(api.POST('/api/v1/ws/ticket'));
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
	await (keys.has(EVERYTHING) ? invalidateAll() : invalidate((url) => keys.has(url.href)));
	if (navigating.to) await goto(navigating.to.url);
}

/** Starts the feed; what it returns stops it. */
export function goLive(): () => void {
	const outdated = batch<string>(300, renew);
	const feed = new Feed(
		{
			open: (after) =>
				open(after).catch((failure: unknown) => {
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
				outdated(...keysOf(event));
			},
			reload: () => outdated(EVERYTHING),
			state: (state) => live.become(state),
			clock: setServerTime
		}
	);
	const retry = () => feed.retry();
	const interrupt = () => feed.interrupt();
	window.addEventListener('offline', interrupt);
	window.addEventListener('online', retry);
	document.addEventListener('visibilitychange', retry);
	feed.start();
	return () => {
		feed.stop();
		window.removeEventListener('offline', interrupt);
		window.removeEventListener('online', retry);
		document.removeEventListener('visibilitychange', retry);
	};
}
