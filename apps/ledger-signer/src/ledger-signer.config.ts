import { defineConfig, env } from '../../../libs/platform';

export const ledgerSignerConfig = defineConfig('ledger-signer', {
  host: env.string('HOST', { default: '127.0.0.1', describe: 'address that the process listens on' }),
  port: env.integer('LEDGER_PORT', { default: 3004, describe: 'port on which the signer tells its health' }),
  keyDir: env.string('KEY_DIR', {
    default: '.data/keys/ledger',
    describe: 'folder with the ledger key and the checkpoints remembered outside the database',
  }),
  key: env.optional('LEDGER_KEY', {
    describe: 'key file, or pkcs11:token=…;object=…?module-path=…; by default the newest ledger key of the folder',
  }),
  oldKeys: env.list('LEDGER_OLD_KEYS', {
    default: [],
    describe: 'published keys (vkey) of earlier ledger keys whose files are gone, so that their checkpoints are still checked',
  }),
  idleS: env.integer('LEDGER_IDLE_S', {
    default: 86_400,
    describe: 'a checkpoint is signed again after this long while nothing happens',
  }),
  keyPassphrase: env.optional('KEY_PASSPHRASE', {
    describe: 'passphrase of the key files, or PIN of the key device',
    secret: true,
  }),
  intervalS: env.integer('LEDGER_INTERVAL_S', {
    default: 60,
    describe: 'a checkpoint is signed when entries wait and this long has passed',
  }),
  adopt: env.flag('LEDGER_ADOPT', {
    default: false,
    describe: '1 once, by hand, after the remembered checkpoints were lost: trust what the database holds',
  }),
});

export type LedgerSignerConfig = ReturnType<typeof ledgerSignerConfig.read>;
