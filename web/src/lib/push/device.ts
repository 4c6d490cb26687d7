// This browser as a device that takes push: enabled by its owner, kept up to date at every start, ended at logging out.
import { addDevice, devices, pushKey, removeDevice, renewDevice, type Subscription } from './api';
import { abilityOf, OBSTACLES, type Traits } from './browser';

/** Which device of whose this browser is, by organization. */
const MARK = 'pulsar-device:';

export const traits = (): Traits => ({
	secure: isSecureContext,
	serviceWorker: 'serviceWorker' in navigator,
	pushManager: 'PushManager' in window,
	permission: 'Notification' in window ? Notification.permission : null,
	userAgent: navigator.userAgent,
	touchPoints: navigator.maxTouchPoints,
	installed:
		matchMedia('(display-mode: standalone)').matches ||
		(navigator as { standalone?: boolean }).standalone === true
});

/** What keeps this browser from taking push, in words. */
export class CannotPush extends Error {}

function bytes(text: string): Uint8Array<ArrayBuffer> {
	const plain = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
	return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

async function fingerprint(endpoint: string): Promise<string> {
	const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(endpoint));
	return [...new Uint8Array(digest.slice(0, 8))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

function described(subscription: PushSubscription): Subscription {
	const { endpoint, keys } = subscription.toJSON();
	return { endpoint: endpoint ?? '', p256dh: keys?.p256dh ?? '', auth: keys?.auth ?? '' };
}

async function subscribe(): Promise<PushSubscription> {
	const options = { userVisibleOnly: true, applicationServerKey: bytes(await pushKey()) };
	const { pushManager } = await navigator.serviceWorker.ready;
	try {
		return await pushManager.subscribe(options);
	} catch (failure) {
		// One that was made with another key of Pulsar's is worth nothing any more.
		const old = await pushManager.getSubscription();
		if (!old) throw failure;
		await old.unsubscribe();
		return pushManager.subscribe(options);
	}
}

const current = async (): Promise<PushSubscription | null> => {
	const registration = 'serviceWorker' in navigator && (await navigator.serviceWorker.getRegistration());
	return registration && 'PushManager' in window ? registration.pushManager.getSubscription() : null;
};

/** By which the list of devices tells which of them is this one. */
export async function here(): Promise<string | null> {
	const subscription = await current();
	return subscription && fingerprint(subscription.endpoint);
}

/** Asks the person, then the browser, then tells the server. */
export async function enable(organization: string, name: string): Promise<void> {
	await Notification.requestPermission();
	const ability = abilityOf(traits());
	if (ability !== 'able') throw new CannotPush(OBSTACLES[ability]);
	if (Notification.permission !== 'granted')
		throw new CannotPush(
			'Push was not enabled: the question about notifications was left without an answer.'
		);
	const subscription = await subscribe().catch((failure: unknown) => {
		throw new CannotPush(`The browser did not get through to its push service (${String(failure)}).`);
	});
	const device = await addDevice(name, described(subscription));
	localStorage.setItem(MARK + organization, device.id);
}

/** Browsers renew their subscriptions now and then, and tell nobody. Nothing depends on that it works this time. */
export async function keepUp(organization: string): Promise<void> {
	const id = localStorage.getItem(MARK + organization);
	if (!id || abilityOf(traits()) !== 'able' || Notification.permission !== 'granted') return;
	const known = (await devices()).find((device) => device.id === id);
	if (!known) return localStorage.removeItem(MARK + organization);
	const subscription = (await current()) ?? (await subscribe());
	if (known.fingerprint !== (await fingerprint(subscription.endpoint)))
		await renewDevice(id, described(subscription));
}

/** Whoever comes next sees none of these pages. */
export async function end(organization: string): Promise<void> {
	const id = localStorage.getItem(MARK + organization);
	for (const mark of Object.keys(localStorage)) if (mark.startsWith(MARK)) localStorage.removeItem(mark);
	if (id) await removeDevice(id).catch(() => undefined);
	await (await current())?.unsubscribe();
}
