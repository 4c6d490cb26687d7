// Cover requests in words.
import type { Answer, CoverRequest } from './api';

export const SAID: Record<Answer, string> = {
	accept: 'Thank you: these shifts are yours now.',
	decline: 'Declined. Whoever asked is told.',
	cancel: 'Taken back. You stay on call.'
};

/** As the reader is concerned: "You ask Bo", "Ana asks you", "Ana asks everybody", "Ana asks Bo". */
export function asking({ may, requester, asked }: CoverRequest): string {
	if (may.includes('cancel')) return `You ask ${asked?.name ?? 'everybody'} to cover you`;
	if (may.includes('decline')) return `${requester.name} asks you to cover`;
	return `${requester.name} asks ${asked?.name ?? 'everybody'} to cover`;
}
