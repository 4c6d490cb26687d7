import { expect, it } from 'vitest';
import { recipientWords } from './words';

it('says whom a message went to', () => {
	expect(recipientWords({ user: { id: 'a', name: 'Ana' }, purpose: 'page' })).toBe('Ana');
	expect(recipientWords({ user: null, purpose: 'page' })).toBe('The room');
	expect(recipientWords({ user: null, purpose: 'invitation' })).toBe('A guest, invited');
});
