import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FixedClock } from '../../kernel';
import { OFFICER_ROWS } from '../../officers';
import { type Db, FileBlobStore, systemClaims, withClaims } from '../../platform';
import { someClaims, type TestDatabase, testDatabase } from '../../platform/testing';
import type { RetentionObstacle } from '../app/retention';
import { EVIDENCE_ROWS } from '../store/evidence.entity';
import { aRequest, evidenceRoom, furnish, MAKERS } from '../testing/evidence-room';
import { playedCapture } from '../testing/played-capture';

const DAY_MS = 86_400_000;
const worker = systemClaims('worker');
const officer = someClaims({ actor: MAKERS[0] });

/** A store that locks, as far as it can be asked what it was told. */
class LockingStore extends FileBlobStore {
  override readonly keepsLocks = true as never;
  readonly until = new Map<string, Date>();
  readonly held = new Set<string>();
  told = 0;
  isAway = false;

  override retainUntil(...[sha256, until]: [string?, Date?]): Promise<null> {
    if (this.isAway) return Promise.reject(new Error('object store does not answer'));
    this.told += 1;
    this.until.set(sha256!, until!);
    return Promise.resolve(null);
  }

  override legalHold(...[sha256, on]: [string?, boolean?]): Promise<void> {
    if (this.isAway) return Promise.reject(new Error('object store does not answer'));
    this.told += 1;
    if (on) this.held.add(sha256!);
    else this.held.delete(sha256!);
    return Promise.resolve();
  }
}

let database: TestDatabase;
let db: Db;
let root: string;
let store: LockingStore;
let capture: Awaited<ReturnType<typeof playedCapture>>;
const clock = new FixedClock(new Date('2026-11-22T03:30:00.000Z'));
const keeps: { obstacle: RetentionObstacle | null } = { obstacle: null };

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'nms-locks-'));
  store = new LockingStore(join(root, 'blobs'));
  database = await testDatabase();
  ({ db } = await database.as('nms_worker', [...EVIDENCE_ROWS, ...OFFICER_ROWS]));
  await furnish(database.admin, root);
  capture = await playedCapture(join(root, 'staging'), async ({ packageId }) => ({
    'content/text.txt': Buffer.from(packageId),
    'content/screen/first.png': Buffer.from('the same picture'),
  }));
  keeps.obstacle = { because: 'caseRunning', until: null };
});
afterEach(async () => {
  capture.close();
  await database.close();
  rmSync(root, { recursive: true, force: true });
});

const retention = { obstacle: () => Promise.resolve(keeps.obstacle) };
const room = () => evidenceRoom({ db, clock, root, captureUrl: capture.url, blobs: store, retention });
const look = () => withClaims(worker, () => room().retention.look());
const shas = async (id: string) => (await db.as(worker, (tx) => room().content.files(tx, id))).map(({ sha256 }) => sha256);
const ends = async (id: string) => [...new Set((await shas(id)).map((sha256) => store.until.get(sha256)?.toISOString()))];
const act = (id: string, action: 'hold' | 'release') => {
  clock.advance(1000);
  return database.admin.query(`INSERT INTO evidence_act VALUES ($1, $2, $3, $4, 'x', NULL, '{}', NULL)`, [
    randomUUID(),
    id,
    action,
    clock.now(),
  ]);
};

async function fixedPackage(): Promise<string> {
  const { evidence, runner } = room();
  const { id } = await db.as(officer, (tx) => evidence.requestCapture(tx, aRequest));
  await withClaims(worker, () => runner.run(id));
  return id;
}

it('locks every blob of a package to the last day of its rule; while no end is known, some time ahead, said anew at half of it', async () => {
  const id = await fixedPackage();
  await look();
  expect(await ends(id)).toEqual([new Date(clock.now().getTime() + 90 * DAY_MS).toISOString()]);
  const { told } = store;
  clock.advance(2 * DAY_MS);
  expect([await look(), store.told]).toEqual([1, told]); // looked at, and nothing new to say
  clock.advance(44 * DAY_MS);
  await look();
  expect(await ends(id)).toEqual([new Date(clock.now().getTime() + 90 * DAY_MS).toISOString()]);
  keeps.obstacle = { because: 'until', until: '2056-11-28' };
  clock.advance(2 * DAY_MS);
  await look();
  expect(await ends(id)).toEqual(['2056-11-28T16:00:00.000Z']); // the day has ended in Shanghai
  keeps.obstacle = { because: 'until', until: '2060-01-01' }; // the rule was prolonged
  clock.advance(2 * DAY_MS);
  await look();
  expect(await ends(id)).toEqual(['2060-01-01T16:00:00.000Z']);
});

it('tells a hold as soon as it is set, lifts it with it, and never while another package that needs the bytes is on hold', async () => {
  const [a, b] = [await fixedPackage(), await fixedPackage()];
  await look();
  expect(store.held.size).toBe(0);
  await act(a, 'hold');
  await look();
  expect((await shas(a)).every((sha256) => store.held.has(sha256))).toBe(true);
  await act(b, 'hold');
  await look();
  await act(a, 'release');
  await look();
  const picture = (await db.as(worker, (tx) => room().content.file(tx, a, 'content/screen/first.png'))).sha256;
  const [ofA, ofB] = [await shas(a), new Set(await shas(b))];
  const shared = ofA.filter((sha256) => ofB.has(sha256));
  expect(shared).toContain(picture);
  expect(shared.length).toBeLessThan(ofA.length);
  expect(ofA.filter((sha256) => store.held.has(sha256))).toEqual(shared);
  expect((await shas(b)).every((sha256) => store.held.has(sha256))).toBe(true);
  await act(b, 'release');
  await look();
  expect(store.held.size).toBe(0);
});

it('what is added later is locked too, a store that is away is told later, and a package that was disposed of is not locked again', async () => {
  const id = await fixedPackage();
  await look();
  store.isAway = true;
  const blob = await store.putOnce(Buffer.from('paper'));
  await database.admin.query(
    `INSERT INTO evidence_attachment VALUES ($1, 1, 'other', 'attachments/001.txt', 'x', 'text/plain', $2, $3, $4, NULL, 'x', $5)`,
    [id, blob.size, blob.sha256, blob.sm3, clock.now()],
  );
  await look();
  expect(store.until.has(blob.sha256)).toBe(false);
  store.isAway = false;
  expect(await look()).toBe(0);
  clock.advance(3_600_000);
  expect(await look()).toBe(1);
  expect(store.until.has(blob.sha256)).toBe(true);
  await database.admin.query(`ALTER TABLE evidence_package DISABLE TRIGGER ALL; UPDATE evidence_package SET state = 'disposed'`);
  const { told } = store;
  clock.advance(100 * DAY_MS);
  expect([await look(), store.told]).toEqual([1, told]);
});

it('says nothing to a store of files', async () => {
  await fixedPackage();
  const files = evidenceRoom({ db, clock, root, captureUrl: capture.url, retention });
  expect(await withClaims(worker, () => files.retention.look())).toBe(0);
});
