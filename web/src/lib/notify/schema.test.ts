import { describe, expect, it } from 'vitest';
import { configOf, fieldsOf, valuesOf } from './schema';

const schema = {
	required: ['host'],
	$defs: { Security: { enum: ['starttls', 'tls'], type: 'string' } },
	properties: {
		host: { type: 'string', title: 'Server', examples: ['mail.example.org'] },
		port: { type: 'integer', default: 587, minimum: 1, maximum: 65535 },
		security: { $ref: '#/$defs/Security', default: 'starttls', title: 'Encryption' },
		password: { anyOf: [{ type: 'string' }, { type: 'null' }], writeOnly: true, title: 'Password' },
		headers: { type: 'object', additionalProperties: { type: 'string' }, writeOnly: true },
		quiet: { type: 'boolean', default: false },
		workspace: { type: 'string', default: '', readOnly: true }
	}
};

describe('a channel’s form', () => {
	const fields = fieldsOf(schema);

	it('has a field of the right kind for every property', () => {
		expect(fields.map((field) => [field.name, field.kind])).toEqual([
			['host', 'text'],
			['port', 'number'],
			['security', 'choice'],
			['password', 'text'],
			['headers', 'map'],
			['quiet', 'switch']
		]);
		expect(fields.filter((field) => field.secret).map((field) => field.name)).toEqual([
			'password',
			'headers'
		]);
		expect(fields.map((field) => field.example).filter(Boolean)).toEqual(['mail.example.org']);
		expect(fields[2]).toMatchObject({ title: 'Encryption', choices: ['starttls', 'tls'] });
	});

	it('starts with the defaults, and never shows a secret', () => {
		expect(valuesOf(fields, { host: 'smtp.test', password: 'leaked' })).toEqual({
			host: 'smtp.test',
			port: '587',
			security: 'starttls',
			password: '',
			headers: '',
			quiet: 'false'
		});
	});

	it('leaves out an empty secret, which keeps the stored one, and reads lines as a map', () => {
		const values = {
			host: 'smtp.test',
			port: '25',
			security: 'tls',
			password: '',
			headers: 'X-Key: a:b',
			quiet: 'true'
		};
		expect(configOf(fields, values)).toEqual({
			host: 'smtp.test',
			port: 25,
			security: 'tls',
			headers: { 'X-Key': 'a:b' },
			quiet: true
		});
	});
});
