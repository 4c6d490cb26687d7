import { describe, expect, it } from 'vitest';
import { Feed, type FeedState, type LiveEvent, type Socket } from './feed';

const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

function stage() {
	const sockets: (Socket & { after: number | null; closed: boolean; said: string[] })[] = [];
	const timers: { run: () => void; ms: number }[] = [];
	const heard: number[] = [];
	const states: FeedState[] = [];
	const seen = { reloads: 0, heard: 0 };
	let reachable = true;
	const feed = new Feed(
		{
			open: async (after) => {
				if (!reachable) throw new TypeError('Failed to fetch');
				const said: string[] = [];
				const socket = {
					after,
					closed: false,
					said,
					send: (message: string) => void said.push(message),
					onmessage: null,
					onclose: null,
					close: () => void (socket.closed = true)
				};
				sockets.push(socket);
				return socket;
			},
			later: (run, ms) => {
				const timer = { run, ms };
				timers.push(timer);
				return () => void (timers.includes(timer) && timers.splice(timers.indexOf(timer), 1));
			},
			random: () => 1
		},
		{
			event: (event) => heard.push(event.id as number),
			reload: () => (seen.reloads += 1),
			state: (state) => states.push(state),
			heard: () => (seen.heard += 1),
			clock: () => {}
		}
	);
	const say = (event: Partial<LiveEvent>) =>
		sockets.at(-1)?.onmessage?.({ data: JSON.stringify({ id: null, payload: {}, timestamp: '', ...event }) });
	const connected = (last_id: number) => say({ type: 'connection.connected', payload: { last_id } });
	const fire = async () => {
		timers.shift()?.run();
		await settled();
	};
	return {
		feed,
		sockets,
		timers,
		heard,
		states,
		seen,
		say,
		connected,
		fire,
		cut: (is: boolean) => (reachable = !is)
	};
}

describe('the live feed', () => {
	it('resumes after the last event it saw, and hears nothing twice', async () => {
		const it = stage();
		it.feed.start();
		await settled();
		it.connected(7);
		it.say({ id: 8, type: 'alert.created' });
		it.sockets[0]?.onclose?.();
		await it.fire();
		expect(it.sockets[1]?.after).toBe(8);
		it.connected(9);
		it.say({ id: 8, type: 'alert.created' });
		it.say({ id: 9, type: 'alert.closed' });
		expect(it.heard).toEqual([8, 9]);
		expect(it.states).toEqual(['connecting', 'live', 'lost', 'live']);
	});

	it('reads everything anew after the first connection and after a resync, not after a resumed one', async () => {
		const it = stage();
		it.feed.start();
		await settled();
		it.connected(7);
		it.sockets[0]?.onclose?.();
		await it.fire();
		it.connected(7);
		expect(it.seen.reloads).toBe(1);
		it.say({ type: 'connection.resync', payload: { last_id: 900 } });
		expect(it.seen.reloads).toBe(2);
		it.say({ id: 901, type: 'alert.created' });
		expect(it.heard).toEqual([901]);
	});

	it('waits longer after each failure, but not longer than half a minute', async () => {
		const it = stage();
		it.cut(true);
		it.feed.start();
		await settled();
		const waits: number[] = [];
		for (let i = 0; i < 7; i++) {
			waits.push(it.timers[0]?.ms ?? 0);
			await it.fire();
		}
		expect(waits).toEqual([1000, 2000, 4000, 8000, 16000, 30000, 30000]);
	});

	it('tries at once when told that the network is back', async () => {
		const it = stage();
		it.cut(true);
		it.feed.start();
		await settled();
		it.cut(false);
		it.feed.retry();
		await settled();
		it.connected(1);
		expect(it.states.at(-1)).toBe('live');
	});

	it('asks a line without a word, and takes one without an answer for dead', async () => {
		const it = stage();
		it.feed.start();
		await settled();
		it.connected(1);
		await it.fire();
		expect(it.sockets[0]?.said).toEqual(['{"type": "connection.ping"}']);
		expect(it.states.at(-1)).toBe('live');
		it.say({ type: 'connection.pong' });
		await it.fire();
		await it.fire();
		expect(it.seen.heard).toBe(2);
		expect(it.states.at(-1)).toBe('lost');
		expect(it.sockets[0]?.closed).toBe(true);
	});

	it('does not believe what the device says of its network, and asks', async () => {
		const it = stage();
		it.feed.start();
		await settled();
		it.connected(1);
		it.feed.retry();
		expect(it.states.at(-1)).toBe('live');
		expect(it.timers.map((timer) => timer.ms)).toEqual([5000]);
		await it.fire();
		expect(it.states.at(-1)).toBe('lost');
		expect(it.timers.map((timer) => timer.ms)).toEqual([1000]);
	});

	it('opens one line, however often it is told to try', async () => {
		const it = stage();
		it.feed.start();
		it.feed.retry();
		it.feed.retry();
		await settled();
		expect(it.sockets.length).toBe(1);
	});

	it('stays silent once stopped', async () => {
		const it = stage();
		it.feed.start();
		await settled();
		it.feed.stop();
		expect(it.sockets[0]?.closed).toBe(true);
		expect(it.timers).toEqual([]);
	});
});
