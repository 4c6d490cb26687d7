// What one may be about to do with a webhook, each in the same dialog.
export type Step = 'create' | 'edit' | 'secret' | 'rotate' | 'again' | 'test';

export const TITLES: Record<Step, string> = {
	create: 'New webhook',
	edit: 'Edit webhook',
	secret: 'The secret',
	rotate: 'A new secret',
	again: 'Send again',
	test: 'Test'
};
