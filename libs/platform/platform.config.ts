import { defineConfig, env } from './config/define-config';

export const platformConfig = defineConfig('platform', {
  databaseUrl: env.string('DATABASE_URL', { describe: 'PostgreSQL address with the role of this process', secret: true }),
  databasePool: env.integer('DATABASE_POOL', { default: 10, describe: 'connections that this process may hold' }),
  redisUrl: env.optional('REDIS_URL', {
    describe: 'Redis address; without it BullMQ keeps its queues in PostgreSQL',
    secret: true,
  }),
  queuePrefix: env.string('QUEUE_PREFIX', {
    default: 'nms',
    describe: 'prefix of the queue keys, so that two systems can share one Redis',
  }),
  blobDir: env.string('BLOB_DIR', { default: '.data/blobs', describe: 'folder of the write-once blob store' }),
  blobReplicaDir: env.optional('BLOB_REPLICA_DIR', {
    describe: 'folder on a second medium to which every blob of evidence is copied and from which a damaged one is offered',
  }),
  smtpUrl: env.optional('SMTP_URL', { describe: 'mail server, for example smtp://127.0.0.1:3025', secret: true }),
  mailFrom: env.string('MAIL_FROM', { default: 'no-reply@supervision.test', describe: 'sender of our mails' }),
  publicOrigin: env.url('PUBLIC_ORIGIN', {
    default: 'http://127.0.0.1:3001',
    describe: 'address of the portal as the public sees it',
  }),
  consoleOrigin: env.url('CONSOLE_ORIGIN', {
    default: 'http://127.0.0.1:3000',
    describe: 'address of the console as officers see it',
  }),
  clockFile: env.optional('NMS_CLOCK_FILE', {
    describe: 'movable clock for demonstration and tests only: a file holding {"offsetMs":n}',
  }),
  logLevel: env.string('LOG_LEVEL', { default: 'info', describe: 'trace, debug, info, warn, error or silent' }),
});

export type PlatformConfig = ReturnType<typeof platformConfig.read>;
