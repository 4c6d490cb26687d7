// Draws a form from a channel kind's JSON Schema, and reads the form back into a config.
import { mapOf, textOf } from '$lib/ui/pairs';

export interface SchemaField {
	name: string;
	title: string;
	help?: string;
	kind: 'text' | 'number' | 'choice' | 'switch' | 'map';
	required: boolean;
	secret: boolean;
	choices?: string[];
	min?: number;
	max?: number;
	format?: string;
	/** What one would look like. */
	example?: string;
	initial: string;
}

interface Property {
	type?: string;
	title?: string;
	description?: string;
	default?: unknown;
	enum?: unknown[];
	const?: unknown;
	format?: string;
	examples?: unknown[];
	minimum?: number;
	maximum?: number;
	writeOnly?: boolean;
	/** The provider has filled it in. */
	readOnly?: boolean;
	anyOf?: Property[];
	allOf?: Property[];
	$ref?: string;
}

interface Schema {
	properties?: Record<string, Property>;
	required?: string[];
	$defs?: Record<string, Property>;
}

/** A reference, or "this or null", is read as what it stands for. */
function plain(property: Property, defs: Record<string, Property>): Property {
	const named = property.$ref ? defs[property.$ref.split('/').at(-1) ?? ''] : undefined;
	const one = property.anyOf?.find((option) => option.type !== 'null') ?? property.allOf?.[0];
	const inner = named ?? (one ? plain(one, defs) : undefined);
	return inner ? { ...inner, ...property } : property;
}

function kindOf(property: Property): SchemaField['kind'] {
	if (property.enum) return 'choice';
	if (property.type === 'integer' || property.type === 'number') return 'number';
	if (property.type === 'boolean') return 'switch';
	return property.type === 'object' ? 'map' : 'text';
}

export function fieldsOf(configSchema: unknown): SchemaField[] {
	const { properties = {}, required = [], $defs = {} } = configSchema as Schema;
	const own = Object.entries(properties).filter(([, { readOnly }]) => !readOnly);
	return own.map(([name, raw]) => {
		const property = plain(raw, $defs);
		const initial = property.default;
		return {
			name,
			title: property.title ?? name,
			help: property.description,
			kind: kindOf(property),
			required: required.includes(name),
			secret: property.writeOnly === true || property.format === 'password',
			choices: property.enum?.map(String),
			min: property.minimum,
			max: property.maximum,
			format: property.format,
			example: typeof property.examples?.[0] === 'string' ? property.examples[0] : undefined,
			initial: initial === undefined || initial === null || typeof initial === 'object' ? '' : String(initial)
		};
	});
}

/** What stands in the form: from a saved config, or from the defaults. Secrets are never shown. */
export function valuesOf(
	fields: SchemaField[],
	config: Record<string, unknown> = {}
): Record<string, string> {
	const value = (field: SchemaField): string => {
		if (field.secret) return '';
		const saved = config[field.name];
		if (saved === undefined || saved === null) return field.initial;
		return field.kind === 'map' ? textOf(saved as Record<string, string>) : String(saved);
	};
	return Object.fromEntries(fields.map((field) => [field.name, value(field)]));
}

/** The config to send: a secret left empty is left out, which keeps the one that is stored. */
export function configOf(fields: SchemaField[], values: Record<string, string>): Record<string, unknown> {
	const config: Record<string, unknown> = {};
	for (const field of fields) {
		const text = values[field.name] ?? '';
		if (text === '' && (field.secret || field.kind === 'number' || field.kind === 'choice')) continue;
		config[field.name] = read(field, text);
	}
	return config;
}

function read(field: SchemaField, text: string): unknown {
	if (field.kind === 'number') return Number(text);
	if (field.kind === 'switch') return text === 'true';
	return field.kind === 'map' ? mapOf(text) : text;
}
