import { defineConfig, env } from '../../../libs/platform';

export const ledgerSignerConfig = defineConfig('ledger-signer', {
  host: env.string('HOST', { default: '127.0.0.1', describe: 'address that the process listens on' }),
  port: env.integer('LEDGER_PORT', { default: 3004, describe: 'port on which the signer tells its health' }),
  keyDir: env.string('KEY_DIR', {
    default: '.data/keys/ledger',
    describe: 'folder with the ledger key and the checkpoints remembered outside the database',
  }),
  keyPassphrase: env.optional('KEY_PASSPHRASE', { describe: 'passphrase of the key files', secret: true }),
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
