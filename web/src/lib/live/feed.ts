// One WebSocket to the organization's event stream, that resumes after the last event it saw.

export interface LiveEvent {
	id: number | null;
	type: string;
	payload: { subject?: { type: string; id: string }; last_id?: number; data?: Record<string, unknown> };
	timestamp: string;
}

export type FeedState = 'connecting' | 'live' | 'lost';

export interface Socket {
	onmessage: ((message: { data: string }) => void) | null;
	onclose: (() => void) | null;
	close(): void;
}

export interface FeedWorld {
	open(after: number | null): Promise<Socket>;
	/** Runs later unless cancelled by what it returns. */
	later(run: () => void, ms: number): () => void;
	random(): number;
}

export interface FeedListener {
	event(event: LiveEvent): void;
	/** What happened between cannot be told: read everything anew. */
	reload(): void;
	state(state: FeedState): void;
	clock(serverTime: string): void;
}

/** The server pings every 25 s; twice that and some without a word means the line is dead. */
const SILENCE_MS = 60_000;
const LONGEST_WAIT_MS = 30_000;

export class Feed {
	#last: number | null = null;
	#socket: Socket | null = null;
	#attempt = 0;
	#cancel = () => {};
	#stopped = true;

	constructor(
		private readonly world: FeedWorld,
		private readonly listener: FeedListener
	) {}

	start(): void {
		this.#stopped = false;
		this.listener.state('connecting');
		void this.#connect();
	}

	stop(): void {
		this.#stopped = true;
		this.#drop();
	}

	/** At once, when there is reason to think that the network is back. */
	retry(): void {
		if (this.#stopped || this.#socket) return;
		this.#cancel();
		void this.#connect();
	}

	/** The device says that it is offline: the socket would find out only after a minute. */
	interrupt(): void {
		if (this.#socket) this.#lose(this.#socket);
	}

	async #connect(): Promise<void> {
		try {
			const socket = await this.world.open(this.#last);
			if (this.#stopped) return socket.close();
			this.#socket = socket;
			socket.onmessage = ({ data }) => this.#hear(JSON.parse(data) as LiveEvent);
			socket.onclose = () => this.#lose(socket);
			this.#expectWord();
		} catch {
			this.#lose(null);
		}
	}

	#hear(event: LiveEvent): void {
		this.#expectWord();
		if (event.type === 'connection.connected') return this.#connected(event);
		if (event.type === 'connection.resync') {
			this.#last = event.payload.last_id ?? this.#last;
			return this.listener.reload();
		}
		if (event.id === null || event.id <= (this.#last ?? 0)) return;
		this.#last = event.id;
		this.listener.event(event);
	}

	#connected(event: LiveEvent): void {
		this.#attempt = 0;
		this.listener.clock(event.timestamp);
		this.listener.state('live');
		if (this.#last !== null) return;
		// The pages were read before the stream began, so something may have happened in between.
		this.#last = event.payload.last_id ?? 0;
		this.listener.reload();
	}

	#lose(socket: Socket | null): void {
		if (this.#stopped || socket !== this.#socket) return;
		this.#drop();
		this.listener.state('lost');
		const wait = Math.min(LONGEST_WAIT_MS, 1000 * 2 ** this.#attempt++);
		this.#cancel = this.world.later(() => void this.#connect(), wait * (0.5 + this.world.random() / 2));
	}

	#expectWord(): void {
		this.#cancel();
		const socket = this.#socket;
		this.#cancel = this.world.later(() => this.#lose(socket), SILENCE_MS);
	}

	#drop(): void {
		this.#cancel();
		const socket = this.#socket;
		this.#socket = null;
		if (socket) {
			socket.onclose = socket.onmessage = null;
			socket.close();
		}
	}
}
