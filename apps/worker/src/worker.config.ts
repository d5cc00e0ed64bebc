import { defineConfig, env } from '../../../libs/platform';

export const workerConfig = defineConfig('worker', {
  host: env.string('HOST', { default: '127.0.0.1', describe: 'address that the process listens on' }),
  port: env.integer('WORKER_PORT', { default: 3003, describe: 'port on which the worker tells its health' }),
  keyDir: env.string('KEY_DIR', { default: '.data/keys/worker', describe: 'folder of the keys of this process' }),
  keyPassphrase: env.optional('KEY_PASSPHRASE', { describe: 'passphrase of the key files', secret: true }),
});

export type WorkerConfig = ReturnType<typeof workerConfig.read>;
