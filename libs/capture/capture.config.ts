import { readFileSync } from 'node:fs';
import { defineConfig, env } from '../platform/config/define-config';

/** Settings of the capture engine; the command line tool and the capture process read the same ones. */
export const captureConfig = defineConfig('capture', {
  CHROMIUM_PATH: env.optional('CHROMIUM_PATH', {
    describe: 'browser program; else chromium or google-chrome on PATH, else the one from npm',
  }),
  EGRESS_HOSTS: env.list('EGRESS_HOSTS', {
    default: [],
    describe: 'names answered by configuration: name=ip[:port], the name may begin with *.',
  }),
  EGRESS_ALLOW_NET: env.list('EGRESS_ALLOW_NET', {
    default: [],
    describe: 'private networks that may be captured: cidr[:port], separated by commas',
  }),
  CAPTURE_VANTAGES: env.list('CAPTURE_VANTAGES', {
    default: ['main'],
    describe: 'names of the vantage points from which pages are looked at; the first is the own way out of the capture process',
  }),
  CAPTURE_UPSTREAMS: env.list('CAPTURE_UPSTREAMS', {
    default: [],
    secret: true,
    describe:
      'how each further vantage point is reached: name=http://[user:password@]host:port, a proxy of the agency that takes CONNECT',
  }),
  EGRESS_PORTS: env.list('EGRESS_PORTS', { default: ['80', '443'], describe: 'ports that public sites may be reached at' }),
  DNS_SERVERS: env.list('DNS_SERVERS', { default: [], describe: "resolvers, ip[:port]; empty means the machine's own" }),
  TIME_SERVERS: env.list('TIME_SERVERS', {
    default: [],
    describe: 'SNTP servers, host[:port], at least two, for the clock check E10',
  }),
  CONTROL_PAGES: env.list('CONTROL_PAGES', {
    default: [],
    describe:
      'control pages for check E09, two or more: "https://… sha256/<base64 of a key>" or "https://… issuer/<common name>"',
  }),
  MALWARE_SCANNER: env.optional('MALWARE_SCANNER', {
    describe: 'scanner for check E11: clamd:host:port, clamd:/path/of/socket or clamscan:/path/of/program',
  }),
  KNOWN_AUTHORITIES: env.list('KNOWN_AUTHORITIES', {
    default: [],
    describe: 'SHA-256 of certificate files added to this system on purpose; with one listed, any other fails check E06',
  }),
  RELEASE_RECORD: env.optional('RELEASE_RECORD', {
    describe: 'release record for check E01; else release.json beside the built code',
  }),
  BROWSER_SHA256: env.optional('BROWSER_SHA256', { describe: 'digest of the browser in the release record, for check E01' }),
  CAPTURE_LOCALE: env.string('CAPTURE_LOCALE', { default: 'zh-CN', describe: 'language the browser asks for' }),
  CAPTURE_TIMEZONE: env.string('CAPTURE_TIMEZONE', { default: 'Asia/Shanghai', describe: 'time zone of the browser' }),
  CAPTURE_KEY_DIR: env.optional('CAPTURE_KEY_DIR', {
    describe: 'key folder of the command line capture; else keys/ in its output folder',
  }),
  CAPTURE_WIRE: env.flag('CAPTURE_WIRE', { default: true, describe: '1 to keep raw network bytes and TLS secrets under wire/' }),
  CAPTURE_VIDEO: env.flag('CAPTURE_VIDEO', {
    default: true,
    describe: '1 to film the capture as content/video.webm, with time and address burnt in',
  }),
  CAPTURE_PAGE_MS: env.integer('CAPTURE_PAGE_MS', { default: 60_000, describe: 'longest loading of a page' }),
  CAPTURE_JOB_MS: env.integer('CAPTURE_JOB_MS', { default: 180_000, describe: 'longest capture' }),
  CAPTURE_TOTAL_BYTES: env.integer('CAPTURE_TOTAL_BYTES', { default: 209_715_200, describe: 'decoded bytes of all bodies' }),
  CAPTURE_BODY_BYTES: env.integer('CAPTURE_BODY_BYTES', { default: 52_428_800, describe: 'decoded bytes of one body' }),
  CAPTURE_EXCHANGES: env.integer('CAPTURE_EXCHANGES', { default: 3_000, describe: 'requests of one capture' }),
  CAPTURE_HEIGHT_PX: env.integer('CAPTURE_HEIGHT_PX', { default: 100_000, describe: 'height of the picture' }),
  CAPTURE_MEMORY_BYTES: env.integer('CAPTURE_MEMORY_BYTES', {
    default: 2_147_483_648,
    describe: 'resident memory of the browser',
  }),
  BUILD_COMMIT: env.string('BUILD_COMMIT', { default: '', describe: 'commit this was built from, stated in every manifest' }),
  IMAGE_SHA256: env.optional('IMAGE_SHA256', { describe: 'digest of the worker image, stated in every manifest' }),
});

export type CaptureConfig = ReturnType<typeof captureConfig.read>;

/** What the capture process needs besides. */
export const captureServerConfig = defineConfig('captureServer', {
  NMS_CLOCK_FILE: env.optional('NMS_CLOCK_FILE', {
    describe: 'movable clock for demonstration and tests only: a file holding {"offsetMs":n}',
  }),
  CAPTURE_PORT: env.integer('CAPTURE_PORT', { default: 3002, describe: 'port of the capture process' }),
  CAPTURE_HOST: env.string('CAPTURE_HOST', { default: '127.0.0.1', describe: 'address the capture process listens on' }),
  CAPTURE_TOKEN: env.string('CAPTURE_TOKEN', { secret: true, describe: 'bearer token that the worker shows' }),
  CAPTURE_CONCURRENCY: env.integer('CAPTURE_CONCURRENCY', { default: 1, describe: 'captures at the same time' }),
  CAPTURE_SESSIONS: env.integer('CAPTURE_SESSIONS', {
    default: 2,
    describe: "sessions under an officer's hand at the same time",
  }),
  STAGING_DIR: env.string('STAGING_DIR', { describe: 'folder that capture and worker share' }),
  KEY_DIR: env.string('KEY_DIR', { describe: 'folder of the signing key of this process' }),
  WORKER_KEY_FILE: env.optional('WORKER_KEY_FILE', {
    describe: 'signing key of this process: a key file, or pkcs11:token=…;object=…?module-path=…; else worker-1.key in KEY_DIR',
  }),
  WORKER_KEY_PIN: env.optional('WORKER_KEY_PIN', { describe: 'PIN of the device that holds the signing key', secret: true }),
  AGENCY_DOMAIN: env.string('AGENCY_DOMAIN', { default: 'amr.example', describe: 'domain that begins the names of keys' }),
});

/** The machine's own variables, for the environment check and for finding programs; nowhere else is `process.env` read. */
export const machine = {
  variables: (): Readonly<Record<string, string | undefined>> => process.env,
  path: (): string => process.env['PATH'] ?? '/usr/bin:/bin',
  fontconfig: (): string | undefined => process.env['FONTCONFIG_FILE'],
  kernel: (): string => readTrimmed('/proc/version').split(' (')[0] ?? '',
  os: (): string => /^PRETTY_NAME="?([^"\n]*)/m.exec(readTrimmed('/etc/os-release'))?.[1] ?? process.platform,
};

function readTrimmed(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return '';
  }
}
