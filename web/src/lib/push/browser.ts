// Can this browser take push, and what is it called? Pure: what it says of itself comes in.
export interface Traits {
	secure: boolean;
	serviceWorker: boolean;
	pushManager: boolean;
	permission: NotificationPermission | null;
	userAgent: string;
	/** How many fingers its screen tells apart: an iPad says that it is a Mac. */
	touchPoints: number;
	/** On the Home Screen, rather than in a tab. */
	installed: boolean;
}

export type Ability = 'able' | 'insecure' | 'install' | 'denied' | 'unable';

const isApple = ({ userAgent, touchPoints }: Traits): boolean =>
	/iPhone|iPad|iPod/.test(userAgent) || (/Macintosh/.test(userAgent) && touchPoints > 1);

export function abilityOf(traits: Traits): Ability {
	if (!traits.secure) return 'insecure';
	if (isApple(traits) && !traits.installed) return 'install';
	if (!traits.serviceWorker || !traits.pushManager || traits.permission === null) return 'unable';
	return traits.permission === 'denied' ? 'denied' : 'able';
}

export const OBSTACLES: Record<Exclude<Ability, 'able'>, string> = {
	insecure:
		'Browsers allow push only over https, and Pulsar is open over http here. An admin can put it behind https.',
	install:
		'On an iPhone or iPad, put Pulsar on the Home Screen first: in Safari, Share, then Add to Home Screen. Open it from there and come back to this page.',
	denied:
		'Notifications from Pulsar are blocked in this browser. Allow them in its settings for this site (the icon beside the address), then load this page again.',
	unable:
		'This browser cannot take push. A private window cannot either. Current Chrome, Edge, Firefox and Safari can.'
};

const BROWSERS: [RegExp, string][] = [
	[/Edg(A|iOS)?\//, 'Edge'],
	[/OPR\//, 'Opera'],
	[/SamsungBrowser\//, 'Samsung Internet'],
	[/(Firefox|FxiOS)\//, 'Firefox'],
	[/(Chrome|CriOS|Chromium)\//, 'Chrome'],
	[/Safari\//, 'Safari']
];
const SYSTEMS: [RegExp, string][] = [
	[/iPhone|iPod/, 'iPhone'],
	[/iPad/, 'iPad'],
	[/Android/, 'Android'],
	[/Windows/, 'Windows'],
	[/Macintosh/, 'Mac'],
	[/CrOS/, 'ChromeOS'],
	[/Linux/, 'Linux']
];

/** What its owner would call it: "Chrome on Android". */
export function nameOf(traits: Traits): string {
	const found = (list: [RegExp, string][]) => list.find(([sign]) => sign.test(traits.userAgent))?.[1];
	const system = isApple(traits) && /Macintosh/.test(traits.userAgent) ? 'iPad' : found(SYSTEMS);
	const browser = found(BROWSERS) ?? 'Browser';
	return system ? `${browser} on ${system}` : browser;
}
