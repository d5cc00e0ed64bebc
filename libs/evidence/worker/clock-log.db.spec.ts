import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FixedClock } from '../../kernel';
import { OFFICER_ROWS } from '../../officers';
import { type Db, Log, systemClaims, withClaims } from '../../platform';
import { type TestDatabase, testDatabase } from '../../platform/testing';
import { EVIDENCE_ROWS } from '../store/evidence.entity';
import { Ledger } from '../store/ledger';
import { evidenceRoom, furnish } from '../testing';
import type { ClockState } from '../../capture/capture.contract';
import { CaptureIdentity } from './capture-identity';
import { ClockLog } from './clock-log';

const ORIGIN = 'aj.test/evidence/2026';
const TEN_MINUTES = 600_000;
const worker = systemClaims('worker');

let database: TestDatabase;
let db: Db;
let root: string;
let capture: Server;
/** What the capture process says of its clock; null: it is away. */
let says: Partial<ClockState> | null;
let asked: number;
let clock: FixedClock;

const state = (): ClockState => ({
  status: 'ok',
  source: ['ntp1.test', 'ntp2.test'],
  offsetMs: 3,
  uncertaintyMs: 10,
  checkedAt: clock.now().toISOString(),
  ...says,
});

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'nms-clock-'));
  clock = new FixedClock(new Date('2026-11-22T03:30:00.000Z'));
  database = await testDatabase();
  ({ db } = await database.as('nms_worker', [...EVIDENCE_ROWS, ...OFFICER_ROWS]));
  await furnish(database.admin, root);
  says = {};
  asked = 0;
  capture = createServer((message, reply) => {
    asked += 1;
    if (message.url !== '/clock' || message.headers.authorization !== 'Bearer x') return void reply.writeHead(404).end();
    if (says === null) return void reply.destroy();
    reply.end(JSON.stringify(state()));
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => capture.once('listening', resolve));
});
afterEach(async () => {
  capture.closeAllConnections();
  capture.close();
  await database.close();
  rmSync(root, { recursive: true, force: true });
});

/** A worker that has just started, and the log that is open already. */
async function started(): Promise<() => Promise<void>> {
  const { evidence, sequencer } = evidenceRoom({ db, clock, root });
  const ledger = new Ledger(clock);
  await db.as(worker, (tx) =>
    ledger.append(tx, { subject: 'aj.test/worker-1', type: 'key.added', facts: {} }, 'key.added:worker-1'),
  );
  await withClaims(worker, () => sequencer.placeAll());
  const captureUrl = `http://127.0.0.1:${(capture.address() as AddressInfo).port}`;
  const identity = new CaptureIdentity({ captureUrl, captureToken: 'x' } as never);
  const log = new ClockLog(db, clock, ledger, evidence, identity, new Log('test', 'silent'));
  return () => withClaims(worker, () => log.look());
}

async function told(): Promise<Record<string, unknown>[]> {
  const custody = await db.as(worker, (tx) => new Ledger(clock).custodyOf(tx, ORIGIN));
  return custody.filter(({ type }) => type === 'clock.checked').map(({ body }) => JSON.parse(body!) as Record<string, unknown>);
}

it('App. A clock.checked: at the start of a worker and once a day, with sources, offset and uncertainty', async () => {
  const look = await started();
  await look();
  const facts = { sources: ['ntp1.test', 'ntp2.test'], offsetMs: 3, uncertaintyMs: 10, status: 'ok' };
  expect(await told()).toMatchObject([
    { ...facts, why: 'start' },
    { ...facts, why: 'daily' },
  ]);
  for (let n = 0; n < 3; n += 1) {
    clock.advance(TEN_MINUTES);
    await look();
  }
  expect(await told()).toHaveLength(2);
  clock.advance(86_400_000);
  await look();
  expect((await told()).map(({ why }) => why)).toEqual(['start', 'daily', 'daily']);
  // A second worker of the same day tells its start, and not the day again.
  await (
    await started()
  )();
  expect((await told()).map(({ why }) => why)).toEqual(['start', 'daily', 'daily', 'start']);
});

it('F08: a reading that differs from the last one told is told at once, one within its uncertainty is not', async () => {
  const look = await started();
  await look();
  says = { offsetMs: 400 };
  clock.advance(TEN_MINUTES);
  await look();
  expect(await told()).toHaveLength(2);
  says = { offsetMs: 4_000, status: 'bad' };
  clock.advance(TEN_MINUTES);
  await look();
  expect((await told()).at(-1)).toMatchObject({ why: 'differs', offsetMs: 4_000, status: 'bad' });
  says = { offsetMs: null, uncertaintyMs: null, status: 'unverified', source: [] };
  clock.advance(TEN_MINUTES);
  await look();
  expect((await told()).at(-1)).toMatchObject({ why: 'differs', sources: [], status: 'unverified' });
});

it('small steps in one direction are seen as well: each reading is held against the last one told', async () => {
  const look = await started();
  await look();
  for (const offsetMs of [250, 480, 700]) {
    says = { offsetMs };
    clock.advance(TEN_MINUTES);
    await look();
  }
  expect((await told()).map(({ why, offsetMs }) => [why, offsetMs])).toEqual([
    ['start', 3],
    ['daily', 3],
    ['differs', 700],
  ]);
});

it('a capture process that is away tells nothing, and is asked again; asking has its rhythm', async () => {
  const look = await started();
  says = null;
  await look();
  expect(await told()).toEqual([]);
  says = {};
  clock.advance(60_000);
  await look();
  expect(await told()).toHaveLength(2);
  const before = asked;
  clock.advance(60_000);
  await look();
  expect(asked).toBe(before);
});

it('the first entry of a log is its opening: before it the clock waits', async () => {
  const { evidence } = evidenceRoom({ db, clock, root });
  const captureUrl = `http://127.0.0.1:${(capture.address() as AddressInfo).port}`;
  const identity = new CaptureIdentity({ captureUrl, captureToken: 'x' } as never);
  const log = new ClockLog(db, clock, new Ledger(clock), evidence, identity, new Log('test', 'silent'));
  await withClaims(worker, () => log.look());
  expect(await told()).toEqual([]);
});
