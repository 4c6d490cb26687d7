import { expect, it } from 'vitest';
import { recipientWords } from './words';

it('says whom a message went to', () => {
	expect(recipientWords({ user: { id: 'a', name: 'Ana' }, address: null, purpose: 'page' })).toBe('Ana');
	expect(recipientWords({ user: null, address: null, purpose: 'page' })).toBe('The room');
	expect(recipientWords({ user: null, address: 'a@b.example', purpose: 'status_update' })).toBe(
		'a@b.example'
	);
	expect(recipientWords({ user: null, address: null, purpose: 'invitation' })).toBe('A guest, invited');
});
