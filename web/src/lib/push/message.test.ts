import { describe, expect, it } from 'vitest';
import { outcome, shown, unreadable, type Push } from './message';

const page: Push = {
	kind: 'page',
	tag: 'alert-1',
	id: 'message-1',
	title: '[P1] #1 Disk full',
	text: 'on web-1',
	path: '/alerts/1',
	acknowledge: '/ack/abc'
};

describe('a page as a notification', () => {
	it('sounds, stays, and offers to acknowledge and to open', () => {
		const { title, options } = shown(page);
		expect(title).toBe('[P1] #1 Disk full');
		expect(options).toMatchObject({ body: 'on web-1', tag: 'alert-1', silent: false, renotify: true });
		expect(options.requireInteraction).toBe(true);
		expect(options.actions.map(({ action }) => action)).toEqual(['acknowledge', 'open']);
	});

	it('does not sound anew when the same message comes a second time', () => {
		expect(shown(page, [page]).options).toMatchObject({ silent: true, renotify: false });
		expect(shown(page, [{ ...page, id: 'message-0' }]).options).toMatchObject({
			silent: false,
			renotify: true
		});
	});

	it('is replaced without a sound by how it went', () => {
		const { options } = shown({ ...page, kind: 'follow_up', acknowledge: null }, [page]);
		expect(options).toMatchObject({
			tag: 'alert-1',
			silent: true,
			renotify: false,
			requireInteraction: false
		});
		expect(options.actions.map(({ action }) => action)).toEqual(['open']);
	});

	it('shows something when it cannot be read', () => {
		expect(shown(unreadable()).options.data.path).toBe('/alerts');
	});
});

describe('what a press of Acknowledge came to', () => {
	it('is said in the same place, without a sound', () => {
		const { title, options } = outcome(page, { state: 'Acknowledged by Ana.', acknowledged: true });
		expect(title).toBe('[P1] #1 Disk full');
		expect(options).toMatchObject({ body: 'Acknowledged by Ana.', tag: 'alert-1', silent: true });
		expect(options.actions.map(({ action }) => action)).toEqual(['open']);
	});

	it('says what stands when somebody was faster', () => {
		expect(outcome(page, { state: 'Closed.', acknowledged: false }).options.body).toBe('Closed.');
	});

	it('sounds again when it came to nothing, and can be tried again', () => {
		const { title, options } = outcome(page, null);
		expect(title).toContain('Not acknowledged');
		expect(options.body).toContain('Paging goes on');
		expect(options).toMatchObject({ silent: false, renotify: true });
		expect(options.actions[0]?.action).toBe('acknowledge');
	});
});
