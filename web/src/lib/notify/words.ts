// One name for each state of a message, wherever it is shown.
import type { Notification } from '$lib/api/types';

type Tone = 'ok' | 'danger' | 'plain' | 'info';

export const DELIVERY_STATUS: Record<Notification['status'], { text: string; tone: Tone }> = {
	pending: { text: 'On its way', tone: 'info' },
	sent: { text: 'Sent', tone: 'ok' },
	failed: { text: 'Failed', tone: 'danger' },
	cancelled: { text: 'Cancelled', tone: 'plain' }
};

export const PURPOSES: Record<Notification['purpose'], string> = {
	page: 'Page',
	follow_up: 'Follow-up',
	test: 'Test',
	direct: 'Direct message'
};

const REASONS: Record<string, string> = {
	dnd: 'do not disturb',
	acknowledged: 'the alert was acknowledged first',
	closed: 'the alert was closed first',
	disabled: 'the channel is off',
	duplicate: 'already sent',
	priority: 'below the wanted priority'
};

export const reasonWords = (reason: string): string => REASONS[reason] ?? reason.replaceAll('_', ' ');
