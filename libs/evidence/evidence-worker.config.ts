import { defineConfig, env } from '../platform';

/** Only the worker takes pages from the capture process and seals exports. */
export const evidenceWorkerConfig = defineConfig('evidence-worker', {
  captureUrl: env.url('CAPTURE_URL', { default: 'http://127.0.0.1:3002', describe: 'address of the capture process' }),
  captureToken: env.string('CAPTURE_TOKEN', { describe: 'secret that the worker shows to the capture process', secret: true }),
  captureConcurrency: env.integer('CAPTURE_CONCURRENCY', { default: 2, describe: 'pages that are captured at the same time' }),
  sessionIdleMs: env.integer('SESSION_IDLE_MS', {
    default: 180_000,
    describe: "an officer's hand on a page: longest time without an act, at most 240000",
  }),
  sessionTotalMs: env.integer('SESSION_TOTAL_MS', {
    default: 1_200_000,
    describe: "an officer's hand on a page: longest time, at most 3600000",
  }),
  sessionConcurrency: env.integer('CAPTURE_SESSIONS', {
    default: 2,
    describe: "sessions under an officer's hand at the same time",
  }),
  stagingDir: env.string('STAGING_DIR', {
    default: '.data/staging',
    describe: 'folder that capture writes to and the worker reads from',
  }),
  importKeyFile: env.string('IMPORT_KEY_FILE', {
    default: '.data/keys/worker/import-1.key',
    describe: 'key that signs manifests of received files and of attestations, never of captures',
  }),
  sealKeyFile: env.string('SEAL_KEY_FILE', {
    default: '.data/keys/worker/seal-1.key',
    describe: 'key that seals exports: a key file, or pkcs11:token=…;object=…?module-path=…',
  }),
  tsaUrls: env.list('TSA_URLS', {
    default: [],
    describe:
      'time stamp authorities, name|sha256|https://… or name|sm3|https://…, comma-separated; names as in the trust bundle',
  }),
  tsaTimeoutMs: env.integer('TSA_TIMEOUT_MS', { default: 10_000, describe: 'longest wait for one time stamp' }),
  tsaInternalCounts: env.flag('TSA_INTERNAL_COUNTS', {
    default: false,
    describe:
      'where TSA_URLS names no authority outside of the agency: an internal time stamp makes a package 已固定, and is shown beside the state; it never lifts a package above L2',
  }),
  keyPassphrase: env.optional('KEY_PASSPHRASE', { describe: 'passphrase of the key files', secret: true }),
});

export type EvidenceWorkerConfig = ReturnType<typeof evidenceWorkerConfig.read>;
