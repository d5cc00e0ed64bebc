import { defineConfig, env } from '../../../libs/platform';

export const portalConfig = defineConfig('portal', {
  host: env.string('HOST', { default: '127.0.0.1', describe: 'address that the process listens on' }),
  port: env.integer('PORTAL_PORT', { default: 3001, describe: 'port of the public pages' }),
  trustProxy: env.list('TRUST_PROXY', { default: [], describe: 'addresses of our own reverse proxies, comma-separated' }),
  neutralOrigins: env.list('PORTAL_NEUTRAL_ORIGINS', {
    default: ['www.baidu.com', 'm.baidu.com', 'cn.bing.com', 'www.bing.com', 'www.so.com', 'www.sogou.com', 'www.google.com'],
    describe: 'search engines: coming from there says nothing about where a badge is shown',
  }),
  unknownPerMinute: env.integer('PORTAL_UNKNOWN_PER_MINUTE', { default: 30, describe: 'codes that do not exist which one address may ask for in a minute' }),
  searchesPerMinute: env.integer('PORTAL_SEARCHES_PER_MINUTE', { default: 60, describe: 'searches that one address may make in a minute' }),
  fixationsPerMinute: env.integer('PORTAL_FIXATIONS_PER_MINUTE', { default: 20, describe: 'questions for a fixation by number and digest that one address may ask in a minute' }),
  reportsPerHour: env.integer('PORTAL_REPORTS_PER_HOUR', { default: 10, describe: 'reports that one address may send in an hour' }),
  verifierDir: env.string('VERIFIER_DIR', { default: 'dist/verifier', describe: 'folder of the package verifier that the build makes for visitors' }),
  trustFile: env.string('TRUST_FILE', { default: '.data/keys/trust.json', describe: 'trust bundle that is published at /trust.json' }),
});

export type PortalConfig = ReturnType<typeof portalConfig.read>;
