// The browser's passkeys: the server's JSON into what navigator.credentials takes, and its answer back into JSON.

import { Problem } from '$lib/api/problem';

type Json = Record<string, unknown>;

export const toBytes = (text: string): Uint8Array<ArrayBuffer> =>
	Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (letter) => letter.charCodeAt(0));

export const toText = (bytes: ArrayBuffer): string =>
	btoa(String.fromCharCode(...new Uint8Array(bytes)))
		.replace(/\+/g, '-')
		.replace(/\//g, '_')
		.replace(/=+$/, '');

/** Over plain http there are none, but on this very machine. */
export const passkeysAreThere = (): boolean =>
	typeof PublicKeyCredential !== 'undefined' && 'credentials' in navigator;

const named = (list: unknown) =>
	((list as Json[] | undefined) ?? []).map((one) => ({ ...one, id: toBytes(one.id as string) }));

export function creationOptions(json: Json): PublicKeyCredentialCreationOptions {
	const user = json.user as Json;
	return {
		...json,
		challenge: toBytes(json.challenge as string),
		user: { ...user, id: toBytes(user.id as string) },
		excludeCredentials: named(json.excludeCredentials)
	} as unknown as PublicKeyCredentialCreationOptions;
}

export const requestOptions = (json: Json): PublicKeyCredentialRequestOptions =>
	({
		...json,
		challenge: toBytes(json.challenge as string),
		allowCredentials: named(json.allowCredentials)
	}) as unknown as PublicKeyCredentialRequestOptions;

/** Somebody pressed "cancel", waited too long, or has none: no fault of anybody's. */
export class NoPasskey extends Problem {
	constructor(message: string) {
		super(0, 'no_passkey', message);
	}
}

async function asked(work: Promise<Credential | null>): Promise<PublicKeyCredential> {
	try {
		const found = await work;
		if (found instanceof PublicKeyCredential) return found;
	} catch (failure) {
		if (failure instanceof DOMException && failure.name === 'InvalidStateError')
			throw new NoPasskey('This device has a passkey for this account already.');
	}
	throw new NoPasskey('No passkey was used. Try once more, or another way.');
}

const whole = (made: PublicKeyCredential, response: Json): Json => ({
	id: made.id,
	rawId: toText(made.rawId),
	type: made.type,
	response,
	clientExtensionResults: {}
});

export async function create(json: Json): Promise<Json> {
	const made = await asked(navigator.credentials.create({ publicKey: creationOptions(json) }));
	const response = made.response as AuthenticatorAttestationResponse;
	return whole(made, {
		clientDataJSON: toText(response.clientDataJSON),
		attestationObject: toText(response.attestationObject),
		transports: response.getTransports?.() ?? []
	});
}

export async function get(json: Json): Promise<Json> {
	const made = await asked(navigator.credentials.get({ publicKey: requestOptions(json) }));
	const response = made.response as AuthenticatorAssertionResponse;
	return whole(made, {
		clientDataJSON: toText(response.clientDataJSON),
		authenticatorData: toText(response.authenticatorData),
		signature: toText(response.signature),
		userHandle: response.userHandle ? toText(response.userHandle) : null
	});
}
