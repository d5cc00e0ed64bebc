// Who may import whom: the table of docs/ARCHITECTURE.md as rules. test/deploy/arrows.spec.ts tries wrong imports against them.
const { existsSync, readdirSync } = require('node:fs');

/** room: rooms it may call. A room may also call what those may call; `kernel` and `platform` are open to all but the pure ones. */
const ROOMS = {
  officers: [],
  audit: ['officers'],
  registry: ['audit'],
  badge: ['registry'],
  capture: ['proof'],
  evidence: ['audit', 'proof'],
  documents: ['audit'],
  supervision: ['registry', 'badge', 'evidence'],
  cases: ['registry', 'evidence', 'documents'],
  orders: ['cases'],
};
const PURE = ['kernel', 'proof'];

/** What is said to the capture process; the only piece of its room that those who order captures may read. */
const CONTRACT = '^libs/capture/capture[.]contract[.]ts$';
const ORDERS_CAPTURES = ['evidence', 'orders'];

/** shelf: shelves of its own room it may read. `data` is JSON that anybody may read. */
const SHELVES = {
  domain: [],
  store: ['domain'],
  queue: ['domain'],
  browser: ['domain'],
  egress: ['domain'],
  signing: ['domain'],
  rendering: ['domain'],
  app: ['domain', 'store', 'queue', 'signing', 'rendering'],
  http: ['app', 'domain', 'store'],
  worker: ['app', 'domain', 'store', 'queue', 'browser', 'signing'],
};

const dirs = existsSync('libs') ? readdirSync('libs', { withFileTypes: true }).filter((entry) => entry.isDirectory()) : [];
for (const { name } of dirs)
  if (!['platform', ...PURE, ...Object.keys(ROOMS)].includes(name))
    throw new Error(`libs/${name} has no line in ROOMS: say which rooms it may call`);

const below = (room, seen = new Set()) => {
  for (const next of ROOMS[room] ?? []) if (!seen.has(next)) below(next, seen.add(next));
  return [...seen];
};
const any = (names) => `(${names.join('|')})`;
const forbid = (name, from, to) => ({ name, severity: 'error', from, to });
const SPEC = '[.](spec|fault|e2e)[.]ts$';
const TEST = `${SPEC}|/testing/`;

module.exports = {
  forbidden: [
    // Two entities of one room may name each other in a decorator's type; a cycle of calls may not be.
    forbid('no-cycles', {}, { circular: true, viaOnly: { pathNot: '[.]entity[.]ts$' } }),
    forbid(
      'pure-domain',
      { path: '^libs/[^/]+/domain/', pathNot: SPEC },
      {
        pathNot: '^libs/([^/]+/(domain|data)|kernel|proof)/|^(node:)?(crypto|url|util)$|node_modules/ipaddr[.]js/',
        dependencyTypesNot: ['type-only'],
      },
    ),
    ...Object.entries(SHELVES).map(([shelf, may]) =>
      forbid(
        `shelf-${shelf}`,
        { path: `^libs/([^/]+)/${shelf}/`, pathNot: `^libs/platform/|${TEST}` },
        { path: '^libs/$1/[^/]+/', pathNot: `^libs/$1/${any([shelf, 'data', ...may])}/` },
      ),
    ),
    ...Object.keys(ROOMS).map((room) =>
      forbid(
        `room-${room}`,
        { path: `^libs/${room}/` },
        {
          path: '^libs/',
          pathNot: `^libs/${any([room, 'kernel', 'platform', ...below(room)])}/${ORDERS_CAPTURES.includes(room) ? '|' + CONTRACT : ''}`,
        },
      ),
    ),
    forbid(
      'through-the-door',
      { path: '^(libs|apps)/([^/]+)/' },
      {
        path: `^libs/${any(Object.keys(ROOMS))}/`,
        pathNot: `^libs/$2/|^libs/[^/]+/(index[.]ts$|[^/]+-(http|worker|portal)[.]module[.]ts$|testing/)|${CONTRACT}`,
      },
    ),
    forbid(
      'not-through-the-own-door',
      { path: '^libs/([^/]+)/', pathNot: `${SPEC}|^libs/[^/]+/index[.]ts$` },
      { path: '^libs/$1/index[.]ts$' },
    ),
    forbid('testing-is-for-tests', { path: '^(libs|apps)/', pathNot: TEST }, { path: '^libs/[^/]+/testing/' }),
    forbid(
      'platform-knows-no-room',
      { path: '^libs/(kernel|platform|proof)/' },
      { path: '^libs/', pathNot: '^libs/(kernel|platform|proof)/' },
    ),
    forbid('kernel-is-the-bottom', { path: '^libs/kernel/' }, { path: '^libs/', pathNot: '^libs/kernel/' }),
    forbid(
      'proof-needs-no-server',
      { path: '^libs/proof/', pathNot: SPEC },
      { path: '^libs/platform/|node_modules/(@nestjs|typeorm|bullmq|pg|ioredis)' },
    ),
    forbid(
      'capture-has-no-database',
      { path: '^(libs|apps)/capture/' },
      { path: 'node_modules/(typeorm|pg|ioredis|bullmq|@nestjs/typeorm)/|^libs/platform/(database|queue|facts)/' },
    ),
    forbid(
      'only-capture-has-a-browser',
      { path: '^(libs|apps)/', pathNot: `^(libs|apps)/(capture|cli)/|${TEST}` },
      { path: 'node_modules/(puppeteer|puppeteer-core|@sparticuz)/' },
    ),
    forbid('libs-know-no-app', { path: '^libs/', pathNot: '/testing/' }, { path: '^(apps|migrations|test|admin-ui)/' }),
    forbid('apps-know-no-tests', { path: '^apps/', pathNot: SPEC }, { path: '^test/' }),
    forbid('migrations-stand-alone', { path: '^migrations/', pathNot: SPEC }, { path: '^(libs|apps)/' }),
  ],
  options: { tsConfig: { fileName: 'tsconfig.json' }, tsPreCompilationDeps: true, doNotFollow: { path: 'node_modules' } },
};
