/// <reference no-default-lib="true"/>
/// <reference lib="esnext" />
/// <reference lib="webworker" />
// Shows pages when the console is not open, and acknowledges from the notification. It keeps no files: what the console
// shows must be of now.
import { outcome, shown, unreadable, type Answer, type Push, type Shown } from './lib/push/message';

const worker = self as unknown as ServiceWorkerGlobalScope;

worker.addEventListener('install', () => void worker.skipWaiting());
worker.addEventListener('activate', (event) => event.waitUntil(worker.clients.claim()));

function read(data: PushMessageData | null): Push {
	try {
		return (data?.json() as Push | undefined) ?? unreadable();
	} catch {
		return unreadable();
	}
}

// Always: browsers take the permission away from who is pushed to and shows nothing.
const show = ({ title, options }: Shown) => worker.registration.showNotification(title, options);

async function arrived(push: Push): Promise<void> {
	const there = await worker.registration.getNotifications({ tag: push.tag });
	const seen = there.map(({ data }) => data as Push);
	await show(shown(push, seen));
}

async function acknowledge(push: Push, path: string): Promise<void> {
	let answer: Answer | null = null;
	try {
		const response = await fetch(path, { method: 'POST', headers: { Accept: 'application/json' } });
		if (response.ok) answer = (await response.json()) as Answer;
	} catch {
		// Out of reach: the notification says so.
	}
	await show(outcome(push, answer));
}

async function open(path: string): Promise<void> {
	const windows = await worker.clients.matchAll({ type: 'window', includeUncontrolled: true });
	const [window] = windows.toSorted((a, b) => Number(b.focused) - Number(a.focused));
	if (!window) return void (await worker.clients.openWindow(path));
	window.postMessage({ open: path });
	await window.focus();
}

worker.addEventListener('push', (event) => event.waitUntil(arrived(read(event.data))));

worker.addEventListener('notificationclick', (event) => {
	const push = event.notification.data as Push;
	event.notification.close();
	event.waitUntil(
		event.action === 'acknowledge' && push.acknowledge
			? acknowledge(push, push.acknowledge)
			: open(push.path ?? '/alerts')
	);
});
