// Turns what a page's load() meets into what SvelteKit shows: the log-in page, or the error page with its reason.
import { error, redirect } from '@sveltejs/kit';
import { Problem, SignedOut } from './problem';

export function loginPath(url: URL): string {
	const here = url.pathname + url.search;
	return here === '/' ? '/login' : `/login?next=${encodeURIComponent(here)}`;
}

/** Only a path of this console: never another site that a forged link names. */
export function nextPath(url: URL): string {
	const next = url.searchParams.get('next') ?? '/';
	return /^\/(?![/\\])/.test(next) ? next : '/';
}

/** Where one enters an organization that wants its single sign-on, and then goes where one wanted to go. */
export const ssoPath = (url: URL, organization: string): string =>
	`/login/sso?${new URLSearchParams({ organization, reason: 'needed', next: nextPath(url) })}`;

/** Where it goes on for whom an organization did not let in like this, if anywhere. */
export const wayIn = (failure: unknown, url: URL): string | undefined =>
	failure instanceof Problem && failure.code === 'single_sign_on_needed'
		? ssoPath(url, String(failure.extras.organization))
		: undefined;

export async function reading<T>(url: URL, work: () => Promise<T>): Promise<T> {
	try {
		return await work();
	} catch (failure) {
		if (failure instanceof SignedOut) redirect(307, loginPath(url));
		if (failure instanceof Problem && failure.code === 'second_factor_missing') redirect(307, '/enrol');
		if (failure instanceof Problem) {
			const { status, message, code, requestId } = failure;
			error(status || 503, { message, code, requestId });
		}
		throw failure;
	}
}
