import { defineConfig, env } from '../../../libs/platform';

export const apiConfig = defineConfig('api', {
  host: env.string('HOST', { default: '127.0.0.1', describe: 'address that the process listens on' }),
  port: env.integer('API_PORT', { default: 3000, describe: 'port of the console and its API' }),
  consoleDir: env.string('CONSOLE_DIR', { default: 'admin-ui/dist', describe: 'folder of the built console' }),
  trustProxy: env.list('TRUST_PROXY', { default: [], describe: 'addresses of our own reverse proxies, comma-separated' }),
});
