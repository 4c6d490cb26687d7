import { describe, expect, it } from 'vitest';
import { creationOptions, requestOptions, toBytes, toText } from './webauthn';

describe('bytes as WebAuthn writes them', () => {
	it('come back as they were, without padding and with the letters of addresses', () => {
		for (const length of [0, 1, 2, 3, 32, 255]) {
			const bytes = Uint8Array.from({ length }, (_, at) => (at * 37 + 251) % 256);
			expect([...toBytes(toText(bytes.buffer))]).toEqual([...bytes]);
			expect(toText(bytes.buffer)).toMatch(/^[\w-]*$/);
		}
	});
});

describe('options', () => {
	it('have bytes where the browser wants them', () => {
		const made = creationOptions({
			challenge: 'AQI',
			user: { id: 'AwQ', name: 'ana@example.org' },
			excludeCredentials: [{ id: 'BQ', type: 'public-key' }]
		});
		expect([...(made.challenge as Uint8Array)]).toEqual([1, 2]);
		expect([...(made.user.id as Uint8Array)]).toEqual([3, 4]);
		expect([...(made.excludeCredentials![0]!.id as Uint8Array)]).toEqual([5]);
	});

	it('name nobody where anybody may sign in', () => {
		expect(requestOptions({ challenge: 'AQI', rpId: 'localhost' }).allowCredentials).toEqual([]);
	});
});
