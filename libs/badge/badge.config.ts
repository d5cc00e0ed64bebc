import { defineConfig, env } from '../platform';

export const badgeConfig = defineConfig('badge', {
  publicOrigin: env.url('PUBLIC_ORIGIN', { default: 'http://127.0.0.1:3001', describe: 'address of the portal as the public sees it' }),
});

/** What only the worker needs: eyes on the outside, and the key that signs badge records. */
export const badgeWorkerConfig = defineConfig('badge-worker', {
  captureUrl: env.url('CAPTURE_URL', { default: 'http://127.0.0.1:3002', describe: 'address of the capture process' }),
  captureToken: env.string('CAPTURE_TOKEN', { default: '', describe: 'bearer token of the capture process', secret: true }),
  dnsServers: env.list('DNS_SERVERS', { default: [], describe: 'name servers for proofs by TXT record, host:port, comma separated; empty for those of the system' }),
  keyDir: env.string('KEY_DIR', { default: '.data/keys', describe: 'folder of signing keys' }),
});

export type BadgeConfig = ReturnType<typeof badgeConfig.read>;
export type BadgeWorkerConfig = ReturnType<typeof badgeWorkerConfig.read>;
