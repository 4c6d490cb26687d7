// What one types about the page, apart from whether it is on.
import type { StatusPage } from '$lib/api/types';

export interface PageWords {
	slug: string;
	title: string;
	description: string;
}

export const wordsOf = ({ slug, title, description }: StatusPage): PageWords => ({
	slug: slug ?? '',
	title,
	description
});

export const sameWords = (one: PageWords, other: PageWords): boolean =>
	one.slug === other.slug && one.title === other.title && one.description === other.description;
