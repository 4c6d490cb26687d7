import { describe, expect, it } from 'vitest';
import { deviceName, methodName } from './device';

describe('a device', () => {
	it.each([
		['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox on Linux'],
		[
			'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0',
			'Edge on Windows'
		],
		[
			'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1',
			'Safari on iPhone'
		],
		['curl/8.5.0', 'curl'],
		['python-httpx/0.28.1', 'A Python script'],
		['', 'An unknown program']
	])('that says %s is %s', (agent, name) => expect(deviceName(agent)).toBe(name));
});

describe('how somebody signed in', () => {
	it('is said in words', () => {
		expect(methodName('password+totp')).toBe('password and authenticator app');
		expect(methodName('passkey')).toBe('passkey');
	});
});
