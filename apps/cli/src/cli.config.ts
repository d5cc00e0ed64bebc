import { defineConfig, env } from '../../../libs/platform';

export const cliConfig = defineConfig('cli', {
  keyDir: env.string('KEY_DIR', {
    default: '.data/keys',
    describe: 'folder below which each process has its own folder of keys',
  }),
  agencyDomain: env.string('AGENCY_DOMAIN', {
    default: 'jiaocheng.supervision.test',
    describe: 'domain of the agency: first part of every key name and log origin',
  }),
  agencyName: env.string('AGENCY_NAME', {
    default: '交城县市场监督管理局',
    describe: 'name of the agency on the certificate with which papers are sealed',
  }),
  keyPassphrase: env.optional('KEY_PASSPHRASE', { describe: 'passphrase of the key files', secret: true }),
  clockFile: env.optional('NMS_CLOCK_FILE', {
    describe: 'movable clock for demonstration and tests only: a file holding {"offsetMs":n}',
  }),
  demoAccountsFile: env.string('DEMO_ACCOUNTS_FILE', {
    default: '.data/demo-accounts.json',
    describe: 'where the demonstration accounts are written',
  }),
});
