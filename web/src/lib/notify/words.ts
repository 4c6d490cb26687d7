// One name for each state of a message, wherever it is shown.
import type { Notification } from '$lib/api/types';

type Tone = 'ok' | 'danger' | 'plain' | 'info';

export const DELIVERY_STATUS: Record<Notification['status'], { text: string; tone: Tone }> = {
	pending: { text: 'Waiting', tone: 'info' },
	sending: { text: 'On its way', tone: 'info' },
	sent: { text: 'Sent', tone: 'ok' },
	delivered: { text: 'Delivered', tone: 'ok' },
	failed: { text: 'Failed', tone: 'danger' },
	cancelled: { text: 'Cancelled', tone: 'plain' },
	suppressed: { text: 'Held back', tone: 'plain' }
};

/** Pending, after a first attempt that failed. */
export const RETRYING = { text: 'Retrying', tone: 'warn' } as const;

export const reasonWords = (reason: string): string => reason.replaceAll('_', ' ').replace(/\.$/, '');
