// What one types about the page, apart from whether it is on.
import type { StatusPage } from '$lib/api/types';

export interface PageWords {
	slug: string;
	title: string;
	description: string;
}

export const wordsOf = (page?: StatusPage): PageWords => ({
	slug: page?.slug ?? '',
	title: page?.title ?? '',
	description: page?.description ?? ''
});
