// The server's time, ticking: relative times and countdowns read it, and redraw as it goes.
import { createSubscriber } from 'svelte/reactivity';

let skew = 0;

/** A laptop's clock may be minutes off; "pages in 2:10" must not be. Small differences are the network's. */
export function setServerTime(serverTime: string): void {
	const difference = Date.parse(serverTime) - Date.now();
	skew = Math.abs(difference) > 3000 ? difference : 0;
}

const ticking = (ms: number) =>
	createSubscriber((update) => {
		const timer = setInterval(update, ms);
		return () => clearInterval(timer);
	});

const eachSecond = ticking(1000);
const eachQuarterMinute = ticking(15_000);

/** For countdowns. */
export function nowBySecond(): number {
	eachSecond();
	return Date.now() + skew;
}

/** For "3 min ago" in a long list. */
export function nowByQuarterMinute(): number {
	eachQuarterMinute();
	return Date.now() + skew;
}
