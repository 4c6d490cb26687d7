// How a channel paces itself: what is bundled, and whether it tells how it went.
import type { Channel, ChannelKind } from '$lib/api/types';

export interface Pace {
	bundle_seconds: number;
	follow_ups: boolean;
}

/** Of a new channel as the server would choose: digests for people, and follow-ups where they wake nobody. */
export const paceOf = (kind: ChannelKind, channel?: Channel): Pace => ({
	bundle_seconds: channel?.bundle_seconds ?? (kind.reach === 'personal' ? 60 : 0),
	follow_ups: channel?.follow_ups ?? kind.follow_ups
});
