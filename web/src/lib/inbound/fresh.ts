// Addresses of integrations just created. The server shows each once; they live in memory until the page is left.
import type { NewIntegration } from '$lib/api/types';

const addresses = new Map<string, string>();

export function remember({ id, url, email }: NewIntegration): void {
	addresses.set(id, email ?? new URL(url, location.origin).href);
}

export const freshAddress = (id: string): string | undefined => addresses.get(id);
