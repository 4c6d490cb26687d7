import { expect, it } from 'vitest';
import { stateWords } from './state';

const NOW = Date.parse('2026-11-24T12:00:00Z');
const invitation = (state: 'pending' | 'expired' | 'void', expires_at: string) => ({
	state,
	expires_at,
	invited_by: { id: 'bo', name: 'Bo' }
});

it.each([
	['pending', '2026-11-30T12:00:00Z', 'expires in 6 d'],
	['pending', '2026-11-24T12:20:00Z', 'expires in 20 min'],
	['pending', '2026-11-24T11:59:00Z', 'expired'],
	['expired', '2026-11-20T12:00:00Z', 'expired'],
	['void', '2026-11-30T12:00:00Z', 'void: Bo may not invite any more']
] as const)('%s until %s is "%s"', (state, until, words) => {
	expect(stateWords(invitation(state, until), NOW)).toBe(words);
});
