// What a program says of itself, in the words of people. It says what it likes, so this is no proof of anything.

const PROGRAMS: [RegExp, string][] = [
	[/\bEdgA?\//, 'Edge'],
	[/\bOPR\//, 'Opera'],
	[/\b(Firefox|FxiOS)\//, 'Firefox'],
	[/\b(Chrome|CriOS|HeadlessChrome)\//, 'Chrome'],
	[/\bVersion\/[\d.]+.*Safari\//, 'Safari'],
	[/^curl\//, 'curl'],
	[/^python-(httpx|requests)/, 'A Python script']
];

const SYSTEMS: [RegExp, string][] = [
	[/iPhone/, 'iPhone'],
	[/iPad/, 'iPad'],
	[/Android/, 'Android'],
	[/Windows/, 'Windows'],
	[/Mac OS X|Macintosh/, 'Mac'],
	[/CrOS/, 'ChromeOS'],
	[/Linux|X11/, 'Linux']
];

const first = (list: [RegExp, string][], text: string) => list.find(([pattern]) => pattern.test(text))?.[1];

export function deviceName(agent: string): string {
	const program = first(PROGRAMS, agent);
	const system = first(SYSTEMS, agent);
	if (program && system) return `${program} on ${system}`;
	return program ?? system ?? (agent.trim().slice(0, 60) || 'An unknown program');
}

const METHODS: Record<string, string> = {
	password: 'password',
	passkey: 'passkey',
	totp: 'authenticator app',
	recovery_code: 'recovery code',
	sso: 'single sign-on',
	invitation: 'invitation'
};

/** "password+totp" as people say it. */
export const methodName = (method: string): string =>
	method
		.split('+')
		.map((part) => METHODS[part] ?? part)
		.join(' and ');
