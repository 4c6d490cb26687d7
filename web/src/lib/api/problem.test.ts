import { expect, it } from 'vitest';
import { problemFrom, take } from './problem';

it('puts the server’s field errors by their fields', () => {
	const problem = problemFrom(422, {
		detail: 'Some fields need another look.',
		code: 'invalid',
		errors: [
			{ field: 'email', message: 'Not an address.' },
			{ field: 'email', message: 'A second complaint.' }
		]
	});
	expect(problem.message).toBe('Some fields need another look.');
	expect(problem.fields).toEqual({ email: 'Not an address.' });
});

it('gives a sentence for an answer that is not a problem at all', () => {
	expect(problemFrom(502, '<html>Bad gateway</html>').message).toMatch(/could not do this \(error 502\)/);
});

it('says that Pulsar did not answer when the network fails', async () => {
	await expect(take(Promise.reject(new TypeError('Failed to fetch')))).rejects.toThrow(
		'Pulsar did not answer'
	);
});
