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

/** Of a channel's settings the one that tells it from others of its kind. */
export const whereTo = (config: Record<string, unknown>): string =>
	['from_address', 'url', 'channel_name', 'channel', 'chat_id', 'from_number', 'server']
		.map((name) => config[name])
		.filter((value) => typeof value === 'string' && value !== '')
		.map(String)[0] ?? '';

export const reasonWords = (reason: string): string => reason.replaceAll('_', ' ').replace(/\.$/, '');

/** Whom it went to. A guest is no member yet, and so has no name here. */
export const recipientWords = ({
	user,
	address,
	purpose
}: Pick<Notification, 'user' | 'address' | 'purpose'>): string =>
	user?.name ?? address ?? (purpose === 'invitation' ? 'A guest, invited' : 'The room');

/** What a message that is not sent yet waits for. */
export const waitsFor = (by: Notification['held_back_by']): string | null =>
	by === 'bundled'
		? 'Waits for the next digest'
		: by === 'busy'
			? 'Waits for others that go out over this channel'
			: null;

/** What kind of message it is, where it is no page. */
export const PURPOSES: Partial<Record<Notification['purpose'], string>> = {
	follow_up: 'How it went',
	update: 'Change of a message',
	digest: 'Digest',
	test: 'Test',
	direct: 'Message',
	invitation: 'Invitation',
	cover: 'Cover request',
	shift: 'Shift',
	verification: 'Code',
	status_update: 'Status update',
	status_page: 'Status page'
};
