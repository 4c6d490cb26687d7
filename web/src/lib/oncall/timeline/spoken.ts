// What a bar says to whoever hears it: who, when, on both clocks, and by which rotation.
import type { Span } from '../drag';
import { barTimes, titleOf, type Bar } from '../lanes';
import { spanText } from '../words';
import { clockOf, sameClock } from '../zone';

export const timesOf = ({ start, end }: Span, zone: string): string =>
	`${spanText(start, end, zone)} ${clockOf(zone)}`;

export function spoken(bar: Bar, zone: string, other: string | null, rotation: string): string {
	const elsewhere =
		other && !sameClock(other, zone, bar.start) ? ` (${barTimes(bar, other)} ${clockOf(other)})` : '';
	const by = bar.kind === 'gap' ? '' : `, ${rotation}`;
	return `${titleOf(bar)}${bar.active ? '' : ' (deactivated)'}, ${barTimes(bar, zone)} ${clockOf(zone)}${elsewhere}${by}`;
}
