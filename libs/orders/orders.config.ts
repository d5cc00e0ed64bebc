import { defineConfig, env } from '../platform';

/** Thresholds of dispatch and re-check. No source fixes them; the defaults are ours (mark I) and each office may set its own. */
export const ordersConfig = defineConfig('orders', {
  legalReview: env.flag('ORDERS_LEGAL_REVIEW', {
    default: true,
    describe: 'an order needs the legal reviewer before approval (1 or 0)',
  }),
  linkDays: env.integer('ORDERS_LINK_DAYS', { default: 14, describe: 'days for which the link of an order opens the page' }),
  codeMinutes: env.integer('ORDERS_CODE_MINUTES', { default: 10, describe: 'minutes for which a one-time code can be used' }),
  codeTries: env.integer('ORDERS_CODE_TRIES', { default: 5, describe: 'wrong tries after which a one-time code is dead' }),
  codesPerHour: env.integer('ORDERS_CODES_PER_HOUR', {
    default: 5,
    describe: 'one-time codes that a link may ask for in an hour',
  }),
  visitHours: env.integer('ORDERS_VISIT_HOURS', { default: 8, describe: 'hours for which a page stays open after the code' }),
  mailRetryS: env.integer('ORDERS_MAIL_RETRY_S', {
    default: 60,
    describe: 'seconds between two attempts to send the mail of an order',
  }),
  proofFileBytes: env.integer('ORDERS_PROOF_FILE_BYTES', {
    default: 5 * 1024 * 1024,
    describe: 'largest file of proof in a report',
  }),
  proofFiles: env.integer('ORDERS_PROOF_FILES', { default: 5, describe: 'files of proof in one report' }),
  recheckAfterMin: env.list('ORDERS_RECHECK_AFTER_MIN', {
    default: ['10', '60', '360', '1440', '4320'],
    describe: 'minutes after a report at which its addresses are looked at, comma-separated',
  }),
  recheckEveryDays: env.integer('ORDERS_RECHECK_EVERY_DAYS', {
    default: 7,
    describe: 'days between looks after the last of these',
  }),
  confirmLooks: env.integer('ORDERS_CONFIRM_LOOKS', { default: 3, describe: 'equal observations that confirm a verdict' }),
  confirmHours: env.integer('ORDERS_CONFIRM_HOURS', { default: 24, describe: 'hours over which these must be spread' }),
  confirmMobile: env.integer('ORDERS_CONFIRM_MOBILE', {
    default: 1,
    describe: 'how many of them must come from a mobile profile',
  }),
  confirmVantages: env.integer('ORDERS_CONFIRM_VANTAGES', {
    default: 2,
    describe: 'from how many different vantage points they must come; where fewer are configured, from all of these',
  }),
  livePermille: env.integer('ORDERS_LIVE_PERMILLE', {
    default: 600,
    describe: 'share of the offending text, in thousandths, from which a page counts as still there',
  }),
  partlyPermille: env.integer('ORDERS_PARTLY_PERMILLE', {
    default: 200,
    describe: 'share of the offending text, in thousandths, from which a page counts as partly there',
  }),
});

export type OrdersConfig = ReturnType<typeof ordersConfig.read>;
