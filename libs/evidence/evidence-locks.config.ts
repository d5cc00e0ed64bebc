import { defineConfig, env } from '../platform';

/** How the worker tells an object store how long it has to keep evidence. */
export const evidenceLocksConfig = defineConfig('evidence-locks', {
  lockAheadDays: env.integer('RETENTION_LOCK_DAYS', {
    default: 90,
    describe:
      'days ahead that an object store locks evidence of which no last day of keeping is known yet; prolonged when half of them are left',
  }),
});

export type EvidenceLocksConfig = ReturnType<typeof evidenceLocksConfig.read>;
