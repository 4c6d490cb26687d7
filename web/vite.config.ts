import { sveltekit } from '@sveltejs/kit/vite';
import tailwindcss from '@tailwindcss/vite';
import { defineConfig } from 'vitest/config';

const server = process.env.PULSAR_DEV_SERVER ?? 'http://127.0.0.1:8080';

export default defineConfig({
	plugins: [tailwindcss(), sveltekit()],
	// The first browsers with light-dark(): lowered for older ones it would no longer follow a chosen theme.
	build: { cssTarget: ['chrome123', 'safari17.5', 'firefox120'] },
	server: {
		proxy: {
			'/api': { target: server, ws: true },
			'/ack': { target: server }
		}
	},
	resolve: process.env.VITEST ? { conditions: ['browser'] } : undefined,
	test: { include: ['src/**/*.test.ts'] }
});
