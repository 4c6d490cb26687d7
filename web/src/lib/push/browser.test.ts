import { describe, expect, it } from 'vitest';
import { abilityOf, nameOf, type Traits } from './browser';

const CHROME =
	'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/146.0.0.0 Safari/537.36';
const ANDROID =
	'Mozilla/5.0 (Linux; Android 16; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/146.0.0.0 Mobile Safari/537.36';
const IPHONE =
	'Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.1 Mobile/15E148 Safari/604.1';
const MAC =
	'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.1 Safari/605.1.15';
const EDGE = `${CHROME.replace('X11; Linux x86_64', 'Windows NT 10.0; Win64; x64')} Edg/146.0.0.0`;
const FIREFOX = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0';

const traits = (more: Partial<Traits> = {}): Traits => ({
	secure: true,
	serviceWorker: true,
	pushManager: true,
	permission: 'default',
	userAgent: CHROME,
	touchPoints: 0,
	installed: false,
	...more
});

describe('whether a browser can take push', () => {
	it.each([
		[{}, 'able'],
		[{ permission: 'granted' }, 'able'],
		[{ permission: 'denied' }, 'denied'],
		[{ secure: false, serviceWorker: false }, 'insecure'],
		[{ serviceWorker: false }, 'unable'],
		[{ pushManager: false }, 'unable'],
		[{ permission: null }, 'unable'],
		// Safari on a phone has it only for what stands on the Home Screen.
		[{ userAgent: IPHONE, pushManager: false, permission: null }, 'install'],
		[{ userAgent: IPHONE, installed: true }, 'able'],
		[{ userAgent: MAC, touchPoints: 5 }, 'install'],
		[{ userAgent: MAC }, 'able']
	] as const)('%j is %s', (more, ability) => {
		expect(abilityOf(traits(more))).toBe(ability);
	});
});

it.each([
	[CHROME, 0, 'Chrome on Linux'],
	[ANDROID, 5, 'Chrome on Android'],
	[IPHONE, 5, 'Safari on iPhone'],
	[MAC, 0, 'Safari on Mac'],
	[MAC, 5, 'Safari on iPad'],
	[EDGE, 0, 'Edge on Windows'],
	[FIREFOX, 0, 'Firefox on Windows'],
	['curl/8', 0, 'Browser']
])('a device is called as its owner would: %s', (userAgent, touchPoints, name) => {
	expect(nameOf(traits({ userAgent, touchPoints }))).toBe(name);
});
