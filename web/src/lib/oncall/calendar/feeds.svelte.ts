// One's own calendar feeds in one place: listed, made, revoked.
import { Form } from '$lib/ui/form.svelte';
import type { Feed, Feeds, NewFeed } from './api';

export class FeedDesk {
	items = $state.raw<Feed[] | null>(null);
	/** The address of the newest, which is shown this once. */
	made = $state.raw<NewFeed | null>(null);
	readonly form = new Form();

	constructor(private readonly feeds: Feeds) {}

	load = (): Promise<boolean> =>
		this.form.send(async () => {
			this.items = (await this.feeds.list()).items;
		});

	create = (): Promise<boolean> =>
		this.form.send(async () => {
			this.made = await this.feeds.create();
			this.items = (await this.feeds.list()).items;
		});

	revoke = async (id: string): Promise<void> => {
		await this.feeds.revoke(id);
		if (this.made?.id === id) this.made = null;
		this.items = (await this.feeds.list()).items;
	};
}
