// What went wrong, in words for a person: every failed request becomes one of these.

export class Problem extends Error {
	constructor(
		readonly status: number,
		readonly code: string,
		message: string,
		/** The message for each field that the server refused. */
		readonly fields: Record<string, string> = {},
		/** On 409: the object as it stands now. */
		readonly current: unknown = undefined,
		/** By which the operator finds it in the log. */
		readonly requestId: string | undefined = undefined,
		/** What else the server said, by the members of its answer. */
		readonly extras: Record<string, unknown> = {}
	) {
		super(message);
	}
}

/** The session is over: only logging in again helps. */
export class SignedOut extends Problem {
	constructor() {
		super(401, 'signed_out', 'Your session has ended. Log in again.');
	}
}

const UNREACHABLE = 'Pulsar did not answer. Check your connection and try again.';

interface Body {
	detail?: unknown;
	title?: unknown;
	code?: unknown;
	current?: unknown;
	request_id?: unknown;
	errors?: { field?: unknown; message?: unknown }[];
}

/** Reads application/problem+json; an answer of another shape (a proxy's page) still gives a sentence. */
export function problemFrom(status: number, body: unknown): Problem {
	const { detail, title, code, current, request_id, errors }: Body =
		body && typeof body === 'object' ? body : {};
	const fields: Record<string, string> = {};
	for (const error of Array.isArray(errors) ? errors : [])
		fields[String(error.field ?? '')] ??= String(error.message ?? 'This value was refused.');
	const message = [detail, title].find((text) => typeof text === 'string' && text);
	const fallback =
		status >= 500 ? `Pulsar could not do this (error ${status}). Try again.` : `Refused (${status}).`;
	return new Problem(
		status,
		typeof code === 'string' ? code : 'unknown',
		(message as string) ?? fallback,
		fields,
		current,
		typeof request_id === 'string' ? request_id : undefined,
		body && typeof body === 'object' ? { ...body } : {}
	);
}

interface Answer<T> {
	data?: T;
	error?: unknown;
	response: Response;
}

/** The answer's data, or a Problem. */
export async function take<T>(call: Promise<Answer<T>>): Promise<T> {
	let answer: Answer<T>;
	try {
		answer = await call;
	} catch (failure) {
		if (failure instanceof Problem) throw failure;
		throw new Problem(0, 'unreachable', UNREACHABLE);
	}
	if (answer.response.ok) return answer.data as T;
	throw problemFrom(answer.response.status, answer.error);
}

export function explain(failure: unknown): string {
	return failure instanceof Problem
		? failure.message
		: 'Something went wrong in the console. Reload the page.';
}
