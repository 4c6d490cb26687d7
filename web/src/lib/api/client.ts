// The one way to the server: typed by its OpenAPI document, signed, renewed, and honest when out of reach.
import createClient from 'openapi-fetch';
import { LastGood } from './lastgood';
import { take } from './problem';
import type { paths } from './schema';
import { Session, type Grant } from './session';
import type { SessionAnswer } from './types';

/** A page of another site can make a browser send the cookie, but not this header. */
export const CONSOLE_HEADERS = { 'X-Pulsar-Console': '1' };

/** For what needs no access token: register, log in, refresh. */
export const open = createClient<paths>();

const lastGood = new LastGood();
const tabs = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel('pulsar-session');
tabs?.addEventListener('message', () => location.reload());

export const grantOf = (answer: SessionAnswer): Grant => ({
	accessToken: answer.access_token,
	expiresInSeconds: answer.expires_in,
	organizationId: answer.organization.id
});

async function refresh(): Promise<Grant | null> {
	const call = open.POST('/api/v1/auth/refresh', { body: {}, headers: CONSOLE_HEADERS });
	const { response } = await call;
	if (response.status === 401 || response.status === 403) return null;
	return grantOf(await take(call));
}

export const session = new Session({
	refresh,
	exclusively: async (work) =>
		navigator.locks ? await navigator.locks.request('pulsar-refresh', work) : work(),
	now: () => Date.now(),
	organizationChanged: () => location.reload()
});

/** After logging in or out, or switching: other tabs of this browser hold the same cookie. */
export function sessionChanged(): void {
	lastGood.forget();
	tabs?.postMessage('changed');
}

async function signed(request: Request, token: string): Promise<Response> {
	request.headers.set('Authorization', `Bearer ${token}`);
	return fetch(request);
}

async function send(request: Request): Promise<Response> {
	const again = request.clone();
	const token = await session.token();
	const answer = await signed(request, token);
	return answer.status === 401 ? signed(again, await session.renew(token)) : answer;
}

let missed = false;

/** Whether something could not be read since this was asked last: then what is shown is old, or missing. */
export function missedSomething(): boolean {
	const did = missed;
	missed = false;
	return did;
}

async function sendOrRecall(request: Request): Promise<Response> {
	if (request.method !== 'GET') return send(request);
	try {
		const answer = await send(request);
		if (answer.ok && !answer.headers.has('content-disposition')) await lastGood.keep(request.url, answer);
		return answer;
	} catch (failure) {
		missed ||= failure instanceof TypeError;
		const recalled = failure instanceof TypeError ? lastGood.recall(request.url) : null;
		if (recalled) return recalled;
		throw failure;
	}
}

export const api = createClient<paths>({ fetch: sendOrRecall });
