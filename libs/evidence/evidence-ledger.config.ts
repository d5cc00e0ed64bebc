import { defineConfig, env } from '../platform';

/** How the ledger is made known outside, and how long stamps are kept alive. */
export const evidenceLedgerConfig = defineConfig('evidence-ledger', {
  witnessUrls: env.list('WITNESS_URLS', {
    default: [],
    describe:
      'witnesses of the ledger, name|https://…, comma-separated; each answers C2SP add-checkpoint; names as in the trust bundle',
  }),
  anchorEveryS: env.integer('ANCHOR_EVERY_S', {
    default: 3_600,
    describe: 'a checkpoint that holds new evidence is time stamped when this long has passed since the last',
  }),
  renewEveryDays: env.integer('RENEW_EVERY_DAYS', {
    default: 365,
    describe: 'longest time between two renewals of all time stamps',
  }),
  renewAheadDays: env.integer('RENEW_AHEAD_DAYS', {
    default: 180,
    describe: 'time stamps are renewed this long before a certificate or algorithm behind them ends',
  }),
});

export type EvidenceLedgerConfig = ReturnType<typeof evidenceLedgerConfig.read>;
