// What does a push say, and how is it shown? As the server writes it (pulsar/notify/channels/web_push.py).
export interface Push {
	kind: 'page' | 'follow_up' | 'digest' | 'test' | 'direct' | null;
	/** What is about the same has the same tag, and is one notification. */
	tag: string;
	/** The same at every try of the same message. */
	id: string;
	title: string;
	text: string;
	path: string | null;
	/** A POST there acknowledges, with nobody signed in. */
	acknowledge: string | null;
}

/** What a press of the button was answered. */
export interface Answer {
	/** How it stands, for a person. */
	state: string;
	acknowledged: boolean;
}

/** What browsers have and TypeScript's description of them does not. */
export interface Options extends NotificationOptions {
	data: Push;
	renotify: boolean;
	actions: { action: 'acknowledge' | 'open'; title: string }[];
}

export interface Shown {
	title: string;
	options: Options;
}

/** `seen` are those of its tag that are on the screen. */
export function shown(push: Push, seen: Push[] = []): Shown {
	const page = push.kind === 'page';
	const quiet = push.kind === 'follow_up';
	const again = seen.some(({ id }) => id === push.id);
	return {
		title: push.title,
		options: {
			body: push.text,
			tag: push.tag,
			icon: '/icons/192.png',
			badge: '/icons/badge.png',
			data: push,
			silent: quiet || again,
			renotify: !quiet && !again,
			requireInteraction: page,
			actions: [
				...(push.acknowledge ? [{ action: 'acknowledge' as const, title: 'Acknowledge' }] : []),
				...(push.path ? [{ action: 'open' as const, title: 'Open' }] : [])
			]
		}
	};
}

/** What a press of Acknowledge came to; without an answer it came to nothing, and that must not be missed. */
export function outcome(push: Push, answer: Answer | null): Shown {
	if (!answer) {
		const failed = shown(push);
		return {
			title: `Not acknowledged: ${push.title}`,
			options: { ...failed.options, body: 'Pulsar could not be reached. Paging goes on. Touch to open it.' }
		};
	}
	return shown({ ...push, kind: 'follow_up', text: answer.state, acknowledge: null });
}

/** What the worker makes of bytes that it cannot read: something is always shown. */
export const unreadable = (): Push => ({
	kind: null,
	tag: 'pulsar',
	id: '',
	title: 'Pulsar',
	text: 'There is something new. Touch to open.',
	path: '/alerts',
	acknowledge: null
});
