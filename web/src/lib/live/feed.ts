// One WebSocket to the organization's event stream, that resumes after the last event it saw.

export interface LiveEvent {
	id: number | null;
	type: string;
	payload: { subject?: { type: string; id: string }; last_id?: number; data?: Record<string, unknown> };
	timestamp: string;
}

export type FeedState = 'connecting' | 'live' | 'lost';

export interface Socket {
	send(message: string): void;
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
	/** The server has spoken: what is on the screen is true as of now. */
	heard(): void;
	clock(serverTime: string): void;
}

/** The server says something every 25 s. After more it is asked, and what does not answer is dead. */
const SILENCE_MS = 35_000;
const ANSWER_MS = 5000;
const LONGEST_WAIT_MS = 30_000;

export class Feed {
	#last: number | null = null;
	#socket: Socket | null = null;
	#attempt = 0;
	#cancel = () => {};
	#connecting = false;
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

	/** At once, when there is reason to think that the network is back, gone or another: what a device says of it is no
	 * proof, so a line that there is gets asked. */
	retry(): void {
		if (this.#stopped) return;
		if (this.#socket) return this.#ask(this.#socket);
		if (this.#connecting) return;
		this.#cancel();
		void this.#connect();
	}

	async #connect(): Promise<void> {
		this.#connecting = true;
		try {
			const socket = await this.world.open(this.#last);
			if (this.#stopped) return socket.close();
			this.#socket = socket;
			socket.onmessage = ({ data }) => this.#hear(JSON.parse(data) as LiveEvent);
			socket.onclose = () => this.#lose(socket);
			this.#expectWord();
		} catch {
			this.#lose(null);
		} finally {
			this.#connecting = false;
		}
	}

	#hear(event: LiveEvent): void {
		this.#expectWord();
		this.listener.heard();
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
		if (socket) this.#cancel = this.world.later(() => this.#ask(socket), SILENCE_MS);
	}

	#ask(socket: Socket): void {
		this.#cancel();
		this.#cancel = this.world.later(() => this.#lose(socket), ANSWER_MS);
		try {
			socket.send('{"type": "connection.ping"}');
		} catch {
			// One that is still being opened takes nothing yet.
		}
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
