/** A user name to start from: what stands before the @, in the signs that the server takes. */
export const usernameFrom = (email: string): string =>
	(email.split('@')[0] ?? '')
		.normalize('NFKD')
		.replace(/[^A-Za-z0-9._-]/g, '')
		.replace(/^[^A-Za-z0-9]+/, '')
		.toLowerCase()
		.slice(0, 64);
