import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DATA, ROOT, folder } from '../provision/paths.mjs';
import { freePort } from '../provision/ports.mjs';
import { secret } from '../provision/secrets.mjs';

const WANTED_PORTS = {
  api: 3000,
  portal: 3001,
  capture: 3002,
  worker: 3003,
  ledger: 3004,
  tsa: 3005,
  internet: 3080,
  smtp: 3025,
  dns: 3053,
};

/** The usual ports, or free ones when they are taken or NMS_PORTS=free asks for that. */
export async function choosePorts() {
  const ports = {};
  for (const [name, wanted] of Object.entries(WANTED_PORTS))
    ports[name] = await freePort(process.env.NMS_PORTS === 'free' ? 0 : wanted);
  return ports;
}

/** What no process inherits from the caller: each gets the one credential that is its own, or none. */
const WITHHELD = /^(DATABASE_URL|REDIS_URL|S3_|NMS_ROLE_PASSWORD|NMS_TEST_|CAPTURE_UPSTREAMS|npm_|INIT_CWD)/;

/**
 * Every process with its entry file, environment and health address. `demo` adds the demonstration's outside world and the
 * movable clock; both are absent from a production environment.
 */
export function processesOf({ data = DATA, ports, database, redis, chromium, fonts, demo }) {
  const at = (port) => `http://127.0.0.1:${port}`;
  const keys = folder(data, 'keys');
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !WITHHELD.test(name)));
  const agencyDomain = inherited.AGENCY_DOMAIN ?? 'jiaocheng.supervision.test';
  const shared = {
    ...inherited,
    NODE_ENV: 'production',
    HOST: '127.0.0.1',
    AGENCY_DOMAIN: agencyDomain,
    PUBLIC_ORIGIN: at(ports.portal),
    CONSOLE_ORIGIN: at(ports.api),
    CAPTURE_URL: at(ports.capture),
    WORKER_URL: at(ports.worker),
    ...(demo && {
      SMTP_URL: `smtp://127.0.0.1:${ports.smtp}`,
      DNS_SERVERS: `127.0.0.1:${ports.dns}`,
      NMS_CLOCK_FILE: join(data, 'clock.json'),
      // Three rounds of looks confirm an order: two soon after the report, and one a day later.
      ORDERS_RECHECK_AFTER_MIN: process.env.ORDERS_RECHECK_AFTER_MIN ?? '10,60,1440',
    }),
  };
  const objectStore = Object.fromEntries(Object.entries(process.env).filter(([name]) => name.startsWith('S3_')));
  const stored = {
    ...objectStore,
    BLOB_DIR: folder(data, 'blobs'),
    ...(redis && { REDIS_URL: redis.url }),
    TRUST_FILE: join(keys, 'trust.json'),
  };
  const withDatabase = (role) => ({ ...shared, ...stored, DATABASE_URL: database.addressOf(role) });
  const forCapture = { CAPTURE_TOKEN: secret(data, 'capture-token'), STAGING_DIR: folder(data, 'staging') };
  const upstreams = Object.fromEntries(Object.entries(process.env).filter(([name]) => name.startsWith('CAPTURE_UPSTREAMS')));
  const browser = { CHROMIUM_PATH: chromium.path, ...(fonts.file && { FONTCONFIG_FILE: fonts.file }) };
  const egress = demo
    ? { EGRESS_HOSTS: `*.test=127.0.0.1:${ports.internet}`, EGRESS_ALLOW_NET: `127.0.0.1/32:${ports.portal}` }
    : {};

  const all = [
    ...(demo
      ? [
          {
            name: 'internet',
            entry: 'dist/test/support/internet/main.js',
            health: at(ports.internet),
            env: {
              ...inherited,
              INTERNET_HTTP_PORT: String(ports.internet),
              INTERNET_SMTP_PORT: String(ports.smtp),
              INTERNET_DNS_PORT: String(ports.dns),
            },
          },
        ]
      : []),
    ...(demo
      ? [
          {
            name: 'tsa',
            entry: 'dist/apps/cli/src/main.js',
            args: ['tsa', '--port', String(ports.tsa)],
            health: at(ports.tsa),
            env: { ...shared, KEY_DIR: keys },
          },
        ]
      : []),
    {
      name: 'capture',
      entry: 'dist/apps/capture/src/main.js',
      health: `${at(ports.capture)}/health`,
      env: {
        ...shared,
        ...forCapture,
        ...browser,
        ...egress,
        ...upstreams,
        CAPTURE_PORT: String(ports.capture),
        KEY_DIR: folder(keys, 'capture'),
      },
    },
    {
      name: 'api',
      entry: 'dist/apps/api/src/main.js',
      health: `${at(ports.api)}/api/v1/health`,
      env: { ...withDatabase('nms_api'), API_PORT: String(ports.api), CONSOLE_DIR: join(ROOT, 'admin-ui/dist') },
    },
    {
      name: 'worker',
      entry: 'dist/apps/worker/src/main.js',
      health: at(ports.worker),
      env: {
        ...withDatabase('nms_worker'),
        ...forCapture,
        WORKER_PORT: String(ports.worker),
        KEY_DIR: folder(keys, 'worker'),
        SEAL_KEY_FILE: join(keys, 'worker', 'seal-1.key'),
        IMPORT_KEY_FILE: join(keys, 'worker', 'import-1.key'),
        // Nobody outside can be asked here; the console says beside the state that the stamp is the agency's own.
        ...(demo && { TSA_URLS: `${agencyDomain} internal TSA|sha256|${at(ports.tsa)}`, TSA_INTERNAL_COUNTS: 'true' }),
      },
    },
    {
      name: 'portal',
      entry: 'dist/apps/portal/src/main.js',
      health: `${at(ports.portal)}/health`,
      env: { ...withDatabase('nms_portal'), PORTAL_PORT: String(ports.portal), VERIFIER_DIR: join(ROOT, 'dist/verifier') },
    },
    {
      name: 'ledger-signer',
      entry: 'dist/apps/ledger-signer/src/main.js',
      health: `${at(ports.ledger)}/health`,
      env: {
        ...shared,
        ...stored,
        DATABASE_URL: database.addressOf('nms_ledger'),
        LEDGER_PORT: String(ports.ledger),
        ...(demo && { LEDGER_INTERVAL_S: '3' }),
        KEY_DIR: folder(keys, 'ledger'),
      },
    },
  ];
  const cli = {
    ...withDatabase('nms_worker'),
    ...forCapture,
    ...browser,
    DATABASE_URL: database.admin,
    KEY_DIR: keys,
    DEMO_ACCOUNTS_FILE: join(data, 'demo-accounts.json'),
  };
  return { processes: all.filter(({ entry }) => existsSync(join(ROOT, entry))), cli };
}
