// How I am reached, as a ladder: each personal channel is a rung, at its delay, with what holds it back.
import type { Channel, Contact, Device, Preference } from '$lib/api/types';
import { duration } from '$lib/ui/time';

export interface Rung {
	channel: Channel;
	/** Null where nothing is set: everything, at once. */
	preference: Preference | null;
	seconds: number;
	on: boolean;
	/** Why it cannot reach me whatever I want. */
	obstacle: string;
	/** What of mine it would have to know. */
	lacks: keyof Reachable | null;
}

type Dnd = NonNullable<Preference['dnd']>;

/** What of mine channels must know to reach me, and whether they do. */
export interface Reachable {
	phone: boolean;
	device: boolean;
}

const NEEDS: Record<string, keyof Reachable> = { sms: 'phone', voice: 'phone', web_push: 'device' };
const LACKING: Record<keyof Reachable, string> = {
	phone: 'You have no verified phone number.',
	device: 'You have enabled push on no device.'
};
const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

function lackOf(channel: Channel, mine: Reachable): keyof Reachable | null {
	const needed = NEEDS[channel.channel_type];
	return needed && !mine[needed] ? needed : null;
}

function obstacleOf(channel: Channel, lacks: keyof Reachable | null): string {
	if (lacks) return LACKING[lacks];
	return channel.broken_since ? 'This channel does not work at the moment.' : '';
}

export const reachable = (contacts: Contact[], devices: Device[]): Reachable => ({
	phone: contacts.some(({ verified_at }) => verified_at !== null),
	device: devices.some(({ gone_at }) => gone_at === null)
});

/** In the order in which they go out; those that are off at the end. */
export function rungsOf(channels: Channel[], preferences: Preference[], mine: Reachable): Rung[] {
	return channels
		.filter((channel) => channel.reach === 'personal' && channel.enabled)
		.map((channel) => {
			const lacks = lackOf(channel, mine);
			const preference = preferences.find((one) => one.channel_id === channel.id) ?? null;
			return {
				channel,
				preference,
				seconds: preference?.delay_seconds ?? 0,
				on: preference?.enabled ?? true,
				lacks,
				obstacle: obstacleOf(channel, lacks)
			};
		})
		.toSorted(
			(a, b) =>
				Number(b.on) - Number(a.on) || a.seconds - b.seconds || a.channel.name.localeCompare(b.channel.name)
		);
}

export const when = (seconds: number): string => (seconds ? `after ${duration(seconds)}` : 'at once');

/** "At once: E-mail and Push. After 2 min: SMS." */
export function inWords(rungs: Rung[]): string {
	const used = rungs.filter((rung) => rung.on && !rung.obstacle);
	const times = [...new Set(used.map((rung) => rung.seconds))];
	const sentences = times.map((seconds) => {
		const names = used.filter((rung) => rung.seconds === seconds).map((rung) => rung.channel.name);
		const listed = names.length > 1 ? `${names.slice(0, -1).join(', ')} and ${names.at(-1)}` : names[0];
		const time = when(seconds);
		return `${time.charAt(0).toUpperCase()}${time.slice(1)}: ${listed}.`;
	});
	return sentences.join(' ');
}

/** "22:00–07:00", "00:00–24:00 on Sat, Sun". */
export function dndWords({ start, end, days }: Dnd): string {
	const named = days.length && days.length < 7 ? ` on ${days.map((day) => DAYS[day - 1]).join(', ')}` : '';
	return `${start}–${end}${named}`;
}

/** What a preference keeps from coming, in a few words each. */
export function filtersOf(preference: Preference | null): string[] {
	if (!preference) return [];
	const filters: string[] = [];
	if (preference.min_priority !== 'P5')
		filters.push(preference.min_priority === 'P1' ? 'P1 only' : `${preference.min_priority} and above`);
	if (preference.dnd) {
		const passes = preference.p1_passes_dnd ? ', but for P1' : ', P1 too';
		filters.push(`Quiet ${dndWords(preference.dnd)}${passes}`);
	}
	return filters;
}

/** What might leave me unaware, in a sentence; nothing when one channel always tells me. */
export function blindSpot(rungs: Rung[]): string {
	if (!rungs.length) return '';
	const usable = rungs.filter((rung) => rung.on && !rung.obstacle);
	if (!usable.length) return 'Nothing reaches you. Alerts for you go straight to the next level.';
	if (usable.every((rung) => rung.channel.channel_type === 'web_push'))
		return 'Only push reaches you, and a phone that is silenced or offline stays silent. Keep another channel on.';
	if (usable.every((rung) => filtersOf(rung.preference).length))
		return 'Every channel that reaches you has a filter. What all of them hold back goes straight to the next level. Leave one that does not wake you, such as e-mail, without.';
	return '';
}
