// Does an invitation still stand? In words.
import type { Invitation } from '$lib/api/types';
import { ago } from '$lib/ui/time';

/** "expires in 6 d"; what has ended says why. */
export function stateWords(
	invitation: Pick<Invitation, 'state' | 'expires_at' | 'invited_by'>,
	now: number
): string {
	if (invitation.state === 'void') return `void: ${invitation.invited_by.name} may not invite any more`;
	// Between two readings its time may pass.
	if (invitation.state === 'expired' || Date.parse(invitation.expires_at) <= now) return 'expired';
	return `expires ${ago(invitation.expires_at, now)}`;
}
