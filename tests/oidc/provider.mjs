// A real OpenID Connect provider (the certified npm package oidc-provider) for the tests: `node provider.mjs <port>`.
// Whoever signs in says who they are: an address, or claims as a query string (`email=gil@example.org&groups=ops`).
import { Provider } from '../../web/node_modules/oidc-provider/lib/index.js';

const port = Number(process.argv[2]);
const issuer = `http://127.0.0.1:${port}`;

function claimsOf(login) {
	const given = login.includes('=') ? Object.fromEntries(new URLSearchParams(login)) : { email: login };
	const { groups, email_verified = 'true', ...rest } = given;
	return { ...rest, sub: login, email_verified: email_verified === 'true', ...(groups && { groups: groups.split(' ') }) };
}

const provider = new Provider(issuer, {
	claims: {
		openid: ['sub'],
		email: ['email', 'email_verified'],
		profile: ['name', 'preferred_username', 'groups']
	},
	features: { registration: { enabled: true }, devInteractions: { enabled: true } },
	cookies: { keys: ['only for tests'] },
	ttl: { Interaction: 600, Session: 600, Grant: 600, AccessToken: 600, IdToken: 600 },
	async findAccount(_, id) {
		return { accountId: id, claims: () => claimsOf(id) };
	}
});
provider.listen(port, '127.0.0.1', () => console.log('ready'));
