// How figures about the installation are said.

const UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB'];

/** "1.2 GB", in thousands. */
export function size(bytes: number): string {
	let [value, unit] = [bytes, 0];
	while (value >= 1000 && unit < UNITS.length - 1) [value, unit] = [value / 1000, unit + 1];
	return `${value >= 10 || unit === 0 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit] ?? ''}`;
}

/** Of a number of seconds by which something is late: "on time", "12 s", "3 min". */
export function lateness(seconds: number): string {
	if (seconds < 1) return 'on time';
	return seconds < 120 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`;
}

/** The kind of a job as people read it: "escalation_step" is "escalation step". */
export const jobName = (kind: string): string => kind.replaceAll(/[._]/g, ' ');

interface Versioned {
	version: string;
	heard: boolean;
}

/** More than one while an upgrade is under way, or where a machine was forgotten. */
export const versionsOf = (processes: Versioned[]): string[] =>
	[...new Set(processes.filter(({ heard }) => heard).map(({ version }) => version))].sort();
