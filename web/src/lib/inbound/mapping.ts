// What one types to say how a payload is read, and how the console helps: paths of values, and a first guess.
import type { MappingDefinition, Priority } from '$lib/api/types';
import { mapOf, textOf } from '$lib/ui/pairs';

/** The kinds of integrations that have no form of their own. */
export const MAPPED = ['generic', 'custom', 'email'];

export const EXPRESSIONS = [
	'items',
	'ignore',
	'close',
	'acknowledge',
	'create',
	'action',
	'message',
	'description',
	'alias',
	'priority',
	'source',
	'entity',
	'tags'
] as const;
export type ExpressionField = (typeof EXPRESSIONS)[number];
/** With lines of "name: value" for what has names. */
export type Draft = Record<ExpressionField | 'details' | 'priorities', string> & { default_priority: string };
export type DraftField = ExpressionField | 'details';

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
export type Step = string | number;

const CONDITIONS = new Set<DraftField>(['items', 'ignore', 'close', 'acknowledge', 'create', 'action']);

export function draftOf(definition: MappingDefinition | null): Draft {
	const texts = Object.fromEntries(EXPRESSIONS.map((name) => [name, definition?.[name] ?? '']));
	return {
		...(texts as Record<ExpressionField, string>),
		details: textOf(definition?.details ?? {}),
		priorities: textOf(definition?.priorities ?? {}),
		default_priority: definition?.default_priority ?? ''
	};
}

export function definitionOf(draft: Draft): MappingDefinition {
	const texts = Object.fromEntries(EXPRESSIONS.map((name) => [name, draft[name]]));
	return {
		...(texts as Record<ExpressionField, string>),
		details: mapOf(draft.details),
		priorities: mapOf(draft.priorities) as Record<string, Priority>,
		default_priority: (draft.default_priority || null) as Priority | null
	};
}

const step = (one: Step): string =>
	typeof one === 'number' ? `[${one}]` : /^[A-Za-z_]\w*$/.test(one) ? `.${one}` : `.${JSON.stringify(one)}`;

export const pathOf = (steps: Step[]): string => steps.map(step).join('').replace(/^\./, '') || '@';

/** Of a value, as an expression says it: of one item, where the payload has several. */
export function expressionOf(steps: Step[], items: string): string {
	if (!items.trim()) return pathOf(steps);
	const list = items
		.trim()
		.replace(/\[(\*|\?.*)?\]$/s, '')
		.replace(/^@/, '');
	const inside = steps.findIndex((one) => typeof one === 'number');
	if (inside >= 0 && pathOf(steps.slice(0, inside)).replace(/^@$/, '') === list)
		return pathOf(steps.slice(inside + 1));
	const path = pathOf(steps);
	return path === '@' ? 'root()' : `root()${path.startsWith('[') ? ' | ' : '.'}${path}`;
}

export interface Inserted {
	text: string;
	/** Where one types on. */
	at: number;
}

/** What stands in a field after a value was pressed. */
export function insert(field: DraftField, text: string, at: number, steps: Step[], items: string): Inserted {
	const path = field === 'items' ? pathOf(steps) : expressionOf(steps, items);
	if (field === 'details') {
		const name = String(steps.findLast((one) => typeof one === 'string') ?? 'value');
		const lines = `${text}${text && !text.endsWith('\n') ? '\n' : ''}${name}: ${path}`;
		return { text: lines, at: lines.length };
	}
	if (!text.trim() || field === 'items') return { text: path, at: path.length };
	if (CONDITIONS.has(field) || inBraces(text, at)) return spliced(text, at, path);
	if (text.includes('{{')) return spliced(text, at, `{{${path}}}`);
	const both = `{{${text.trim()}}} {{${path}}}`;
	return { text: both, at: both.length };
}

const inBraces = (text: string, at: number): boolean =>
	text.lastIndexOf('{{', at - 1) > text.lastIndexOf('}}', at - 1);

const spliced = (text: string, at: number, what: string): Inserted => ({
	text: text.slice(0, at) + what + text.slice(at),
	at: at + what.length
});

const NAMES: [ExpressionField, string[]][] = [
	['message', ['message', 'title', 'summary', 'subject', 'alertname', 'name', 'what', 'text', 'reason']],
	[
		'alias',
		['alias', 'fingerprint', 'dedup_key', 'incident_id', 'alert_id', 'check_id', 'id', 'uuid', 'key']
	],
	['description', ['description', 'details', 'body', 'log', 'output', 'text']],
	['priority', ['priority', 'severity', 'level', 'urgency', 'importance']],
	['action', ['action', 'status', 'state']],
	['entity', ['entity', 'host', 'hostname', 'instance', 'node', 'device', 'service', 'resource', 'monitor']],
	['tags', ['tags', 'labels']]
];

const isObject = (value: Json | undefined): value is { [name: string]: Json } =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

function listIn(payload: Json): { items: string; one: Json } {
	if (Array.isArray(payload)) return { items: '@', one: payload[0] ?? null };
	if (isObject(payload))
		for (const [name, value] of Object.entries(payload))
			if (Array.isArray(value) && isObject(value[0])) return { items: pathOf([name]), one: value[0] };
	return { items: '', one: payload };
}

function places(value: Json, steps: Step[] = []): { steps: Step[]; value: Json }[] {
	if (!isObject(value) || steps.length > 2) return [];
	const here = Object.entries(value).map(([name, inner]) => ({ steps: [...steps, name], value: inner }));
	return [...here, ...here.flatMap((place) => places(place.value, place.steps))];
}

/** A first guess, by the names that tools use. */
export function starter(payload: Json): Draft {
	const { items, one } = listIn(payload);
	const all = places(one);
	const draft = { ...draftOf(null), items };
	const taken = new Set<string>();
	for (const [field, names] of NAMES) {
		const fits = (value: Json) =>
			field === 'tags' ? Array.isArray(value) : value !== null && typeof value !== 'object';
		const found = names
			.flatMap((name) => all.filter((place) => String(place.steps.at(-1)).toLowerCase() === name))
			.find((place) => fits(place.value) && !taken.has(pathOf(place.steps)));
		if (!found) continue;
		draft[field] = pathOf(found.steps);
		taken.add(draft[field]);
	}
	if (isObject(one)) draft.details = '*: @';
	return draft;
}

export function parsed(text: string): Json | undefined {
	try {
		return JSON.parse(text) as Json;
	} catch {
		return undefined;
	}
}
