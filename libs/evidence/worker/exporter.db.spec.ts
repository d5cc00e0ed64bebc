import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FixedClock } from '../../kernel';
import { OFFICER_ROWS } from '../../officers';
import { type Db, FileBlobStore, type StagedBlob, systemClaims, withClaims } from '../../platform';
import { someClaims, type TestDatabase, testDatabase } from '../../platform/testing';
import { EVIDENCE_ROWS } from '../store/evidence.entity';
import { aRequest, evidenceRoom, furnish, MAKERS } from '../testing/evidence-room';
import { playedCapture } from '../testing/played-capture';
import { OrphanBlobs } from './scrub-orphans';

const LONG_AFTER_MS = 30 * 86_400_000;
const worker = systemClaims('worker');
const officer = someClaims({ actor: MAKERS[0] });
const clock = new FixedClock(new Date());

let database: TestDatabase;
let db: Db;
let root: string;
let capture: Awaited<ReturnType<typeof playedCapture>>;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'nms-exporter-'));
  database = await testDatabase();
  ({ db } = await database.as('nms_worker', [...EVIDENCE_ROWS, ...OFFICER_ROWS]));
  await furnish(database.admin, root);
  capture = await playedCapture(join(root, 'staging'), async () => ({ 'content/screen/first.png': Buffer.from('png') }));
});
afterAll(async () => {
  capture.close();
  await database.close();
  rmSync(root, { recursive: true, force: true });
});

const run = <T>(act: () => Promise<T>) => withClaims(worker, act);

/** Stops between what is noted and the name of the container, until it is let go. */
class HeldStore extends FileBlobStore {
  reached!: () => void;
  go!: () => void;
  readonly there = new Promise<void>((done) => (this.reached = done));
  private readonly released = new Promise<void>((done) => (this.go = done));

  override async stage(source: Parameters<FileBlobStore['stage']>[0]): Promise<StagedBlob> {
    const staged = await super.stage(source);
    const settle = async () => {
      this.reached();
      await this.released;
      await staged.settle();
    };
    return { ref: staged.ref, settle, drop: () => staged.drop() };
  }
}

it('F05 an export delivered again between the note of its container and the put leaves one container, that of the entry', async () => {
  const blobs = join(root, 'blobs');
  const room = (store?: FileBlobStore) => evidenceRoom({ db, clock, root, captureUrl: capture.url, blobs: store });
  const { evidence, runner } = room();
  const { id } = await db.as(officer, (tx) => evidence.requestCapture(tx, aRequest));
  await run(() => runner.run(id));
  const order = await db.as(officer, (tx) => evidence.requestExport(tx, id, '移送'));
  clock.advance(91_000);

  const held = new HeldStore(blobs);
  const first = run(() => room(held).exporter.build(order.id));
  await held.there;
  clock.advance(1_000); // another seal, so another container
  let secondOver = false;
  const second = run(() => room().exporter.build(order.id)).finally(() => (secondOver = true));
  // The other delivery either comes to its end or waits for the first; both are states that are seen, not times that are guessed.
  for (;;) {
    const waiting = await database.admin.query<unknown[]>(
      `SELECT FROM pg_locks WHERE NOT granted AND locktype = 'transactionid'`,
    );
    if (secondOver || waiting.length) break;
    await new Promise((next) => setTimeout(next, 20));
  }
  held.go();
  await Promise.all([first, second]);

  const ready = await db.as(worker, (tx) => evidence.export(tx, order.id));
  expect(ready.state).toBe('ready');
  expect(await new FileBlobStore(blobs).examine(ready.blobSha256!, ready.size!)).toMatchObject({ fault: null });
  const custody = await db.as(worker, (tx) => evidence.custodyOf(tx, id));
  expect(custody.filter(({ type }) => type === 'evidence.exported')).toHaveLength(1);
  // Blobs carry the machine's time, so the look is from long after it.
  const later = new FixedClock(new Date(Date.now() + LONG_AFTER_MS));
  expect(await run(() => new OrphanBlobs(db, later, new FileBlobStore(blobs)).list())).toEqual([]);
  expect(readdirSync(join(root, 'staging')).filter((name) => name.endsWith('.evp'))).toEqual([]);
});

it('an export never goes out with an entry that has no place yet: it waits for the next look', async () => {
  const { evidence, runner, exporter, sequencer } = evidenceRoom({ db, clock, root, captureUrl: capture.url });
  const { id } = await db.as(officer, (tx) => evidence.requestCapture(tx, aRequest));
  await run(() => runner.run(id));
  const order = await db.as(officer, (tx) => evidence.requestExport(tx, id, '移送'));
  clock.advance(91_000);
  await run(() => sequencer.placeAll());
  // As if somebody had opened the package between the placing and the reading.
  const placing = jest.spyOn(sequencer, 'placeAll').mockResolvedValue(0);
  await db.as(officer, async (tx) => evidence.noteView(await evidence.get(tx, id)));
  await run(() => exporter.build(order.id));
  expect(await db.as(worker, (tx) => evidence.export(tx, order.id))).toMatchObject({ state: 'requested', blobSha256: null });
  placing.mockRestore();
  await run(() => exporter.build(order.id));
  expect(await db.as(worker, (tx) => evidence.export(tx, order.id))).toMatchObject({ state: 'ready' });
});
