import { defineConfig, env } from '../platform';

/** Parameters of sessions and locks; defaults of product design section 9. */
export const officersConfig = defineConfig('officers', {
  idleMinutes: env.integer('SESSION_IDLE_MINUTES', {
    default: 15,
    describe: 'a session ends when nothing is asked for this long',
  }),
  absoluteHours: env.integer('SESSION_HOURS', { default: 8, describe: 'a session ends after this long in any case' }),
  lockMinutes: env.integer('LOCK_MINUTES', { default: 15, describe: 'an account is locked this long after five failures' }),
  stepUpMinutes: env.integer('STEP_UP_MINUTES', { default: 5, describe: 'how fresh a second factor must be for a sealing act' }),
});

export type OfficersConfig = ReturnType<typeof officersConfig.read>;
