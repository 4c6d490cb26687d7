import { describe, expect, it } from 'vitest';
import type { SsoConnection } from '$lib/api/types';
import { draftOf, inputOf } from './draft';

const STANDS = {
	issuer: 'https://id.example.org',
	client_id: 'pulsar',
	domains: [{ name: 'example.org', proven: true, record_name: '', record_text: '' }],
	enabled: true,
	required: true,
	makes_members: true,
	new_role: 'viewer',
	role_claim: 'groups',
	role_map: { ops: 'member', leads: 'admin' },
	version: 3,
	updated_at: '2026-11-25T00:00:00Z'
} as SsoConnection;

describe('the form of single sign-on', () => {
	it('sends back what stands, without the secret that it was never told', () => {
		const sent = inputOf(draftOf(STANDS), 3);
		expect(sent).toEqual({
			issuer: 'https://id.example.org',
			client_id: 'pulsar',
			client_secret: null,
			domains: ['example.org'],
			enabled: true,
			required: true,
			makes_members: true,
			new_role: 'viewer',
			role_claim: 'groups',
			role_map: { ops: 'member', leads: 'admin' },
			version: 3
		});
	});

	it('begins empty, and lets nobody in by itself', () => {
		const draft = draftOf(null);
		expect(draft.domains).toEqual([]);
		expect(draft.makes_members).toBe(false);
		expect(draft.required).toBe(false);
	});
});
