import { expect, it } from 'vitest';
import { usernameFrom } from './username';

it.each([
	['Ana.Kovač@example.org', 'ana.kovac'],
	['_bo+pager@example.org', 'bopager'],
	['', '']
])('%s suggests "%s"', (email, username) => {
	expect(usernameFrom(email)).toBe(username);
});
