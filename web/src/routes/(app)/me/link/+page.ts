import { Problem } from '$lib/api/problem';
import { reading } from '$lib/api/reading';
import { lookAtOffer } from '$lib/people/accounts';

/** A link that is too old, or for another organization, is no failure of the page: it is what the page says. */
export const load = async ({ url }) =>
	reading(url, async () => {
		const offer = url.searchParams.get('offer') ?? '';
		if (!offer)
			return { offer, account: null, refused: 'The link is not whole: open it from the chat again.' };
		try {
			return { offer, account: await lookAtOffer(offer), refused: '' };
		} catch (failure) {
			if (failure instanceof Problem && failure.status !== 401)
				return { offer, account: null, refused: failure.message };
			throw failure;
		}
	});
