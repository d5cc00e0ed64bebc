import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { AuditTrail } from '../../audit';
import { FixedClock } from '../../kernel';
import { OFFICER_ROWS } from '../../officers';
import { type Db, FileBlobStore, systemClaims, withClaims } from '../../platform';
import { someClaims, type TestDatabase, testDatabase } from '../../platform/testing';
import { parseSeal } from '../../proof';
import { Uploads } from '../app/uploads';
import { destructionOf } from '../app/destructions';
import { DestructionBlobRow, DestructionRow, KeptSealRow } from '../store/destruction.entity';
import { EVIDENCE_ROWS, ExportRow, PackageRow } from '../store/evidence.entity';
import { lockBlob } from '../store/blob-lock';
import { disposeOf, signCheckpoint } from '../testing/a-disposal';
import { aRequest, evidenceRoom, furnish, MAKERS, type RoomParts } from '../testing/evidence-room';
import { playedCapture } from '../testing/played-capture';

const DAY_MS = 86_400_000;
const ORIGIN = 'aj.test/evidence/2026';
const worker = systemClaims('worker');
const officer = someClaims({ actor: MAKERS[0] });

let database: TestDatabase;
let db: Db;
let api: Db;
let root: string;
let capture: Awaited<ReturnType<typeof playedCapture>>;
const clock = new FixedClock(new Date());

// A world for each test: the picture that all packages share must not outlive its test.
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'nms-destroyer-'));
  database = await testDatabase();
  ({ db } = await database.as('nms_worker', [...EVIDENCE_ROWS, ...OFFICER_ROWS]));
  ({ db: api } = await database.as('nms_api', [...EVIDENCE_ROWS, ...OFFICER_ROWS]));
  await furnish(database.admin, root);
  capture = await playedCapture(join(root, 'staging'), async ({ packageId }) => ({
    'content/text.txt': Buffer.from(`国家级养生配方 ${packageId}\n`),
    'content/screen/first.png': Buffer.from('the same picture'),
  }));
});

afterEach(async () => {
  capture.close();
  await database.close();
  rmSync(root, { recursive: true, force: true });
});

const room = (more: Partial<RoomParts> = {}) =>
  evidenceRoom({ db, clock, root, captureUrl: capture.url, replica: new FileBlobStore(join(root, 'replica')), ...more });
const run = <T>(act: () => Promise<T>) => withClaims(worker, act);
const pathOf = (sha256: string, store = 'blobs') => join(root, store, sha256.slice(0, 2), sha256.slice(2, 4), sha256);
const filesOf = (id: string) => db.as(worker, (tx) => room().content.files(tx, id));
const shaOf = async (id: string, path: string) => (await filesOf(id)).find((file) => file.path === path)!.sha256;
const told = (id: string) => db.as(worker, (tx) => destructionOf(tx, id));
const outcomes = async (id: string) =>
  Object.fromEntries((await told(id))!.blobs.flatMap(({ paths, outcome }) => paths.map((path) => [path, outcome])));
const faults = async () => (await run(() => room().fsck.run())).faults;

async function fixedPackage(): Promise<string> {
  const { evidence, runner } = room();
  const { id } = await db.as(officer, (tx) => evidence.requestCapture(tx, aRequest));
  await run(() => runner.run(id));
  return id;
}

/** What lies in the store looks as if nobody had put it for two days. */
async function age(): Promise<void> {
  const old = new Date(Date.now() - 2 * DAY_MS);
  for await (const { sha256 } of room().blobs.list()) utimesSync(pathOf(sha256), old, old);
}

async function exported(id: string): Promise<ExportRow> {
  const order = await db.as(officer, (tx) => room().evidence.requestExport(tx, id, '移送'));
  await database.admin.query(`UPDATE evidence_export SET requested_at = requested_at - interval '1 hour' WHERE id = $1`, [
    order.id,
  ]);
  await run(() => room().exporter.build(order.id));
  return db.as(worker, (tx) => tx.findOneByOrFail(ExportRow, { id: order.id }));
}

async function sign(): Promise<void> {
  await run(() => room().sequencer.placeAll());
  await signCheckpoint(database.admin, ORIGIN, clock.now());
}

async function disposed(id: string): Promise<string> {
  await disposeOf({ db, clock, admin: database.admin }, id);
  await sign();
  await age();
  return id;
}

describe('F30 bytes of what was disposed of', () => {
  it('go, here and on the second medium; digests, signature, seals and the custody chain are kept, and it is told when', async () => {
    const id = await fixedPackage();
    const ready = await exported(id);
    expect(ready.state).toBe('ready');
    await run(() => room().replicator.copy());
    const before = await filesOf(id);
    await disposed(id);
    await run(() => room().destroyer.look());

    for (const { path, sha256 } of before)
      for (const store of ['blobs', 'replica'])
        expect([path, store, existsSync(pathOf(sha256, store))]).toEqual([path, store, path === 'MANIFEST.sig']);
    expect(existsSync(pathOf(ready.blobSha256!))).toBe(false);
    expect(await filesOf(id)).toEqual(before);
    const done = (await told(id))!;
    expect(done).toMatchObject({ row: { finishedAt: clock.now() }, seals: [1] });
    expect(new Set(Object.values(await outcomes(id)))).toEqual(new Set(['destroyed']));
    expect(Object.keys(await outcomes(id)).sort()).toEqual(
      [...before.map(({ path }) => path).filter((path) => path !== 'MANIFEST.sig'), 'export 1'].sort(),
    );
    const { seal } = await db.as(worker, (tx) => tx.findOneByOrFail(KeptSealRow, { packageId: id }));
    expect(parseSeal(seal.toString().split('\n\n')[0] + '\n').files.map(({ path }) => path)).toContain('content/text.txt');
    const chain = await db.as(worker, (tx) => room().evidence.custodyOf(tx, id));
    expect(chain.at(-1)).toMatchObject({ type: 'evidence.disposed' });
    expect(JSON.parse(chain.at(-1)!.body!)).toMatchObject({
      what: 'bytesDestroyed',
      shared: 0,
      missing: 0,
      destroyed: before.length,
    });
    expect(await faults()).toEqual([]);

    // Doing it again changes nothing, scrub does not look for it, and nobody calls it an orphan or damaged.
    expect(await run(() => room().destroyer.waiting())).toEqual([]);
    await run(() => room().destroyer.run(id));
    expect(await db.as(worker, (tx) => room().evidence.custodyOf(tx, id))).toHaveLength(chain.length);
    expect((await run(() => room().scrub.all())).incidents).toEqual([]);
    expect(await run(() => room().replicator.copy())).toBe(0);
    for (const act of [
      () => api.as(officer, (tx) => room().content.file(tx, id, 'content/text.txt')),
      () => api.as(officer, (tx) => room().content.textOf(tx, id)),
      () => api.as(officer, (tx) => room().evidence.getFixed(tx, id)),
      () => api.as(officer, (tx) => room().evidence.requestExport(tx, id, '移送')),
    ])
      await expect(act()).rejects.toMatchObject({ code: 'evidence.destroyed', details: { at: clock.now().toISOString() } });
    // The stamp's bytes are still what they date.
    const sig = await db.as(worker, (tx) => room().content.file(tx, id, 'MANIFEST.sig'));
    expect((await db.as(worker, () => room().content.bytes(sig))).toString()).toContain(id);
  });

  it('stay until the entry of the disposal stands under a signed checkpoint, and while anything still keeps the package', async () => {
    const id = await fixedPackage();
    await disposeOf({ db, clock, admin: database.admin }, id);
    await age();
    await run(() => room().destroyer.look());
    expect(await told(id)).toBeNull();
    await run(() => room().sequencer.placeAll());
    await run(() => room().destroyer.look());
    expect(await told(id)).toBeNull();
    await sign();
    const kept = { obstacle: () => Promise.resolve({ because: 'caseRunning' as const, until: null }) };
    await run(() => room({ retention: kept as never }).destroyer.look());
    await run(() => room({ retention: null }).destroyer.look()); // nobody knows: it is kept
    expect(await told(id)).toBeNull();
    await database.admin.query('UPDATE evidence_package SET frozen_at = now() WHERE id = $1', [id]);
    await run(() => room().destroyer.look());
    expect(await told(id)).toBeNull();
    await database.admin.query('UPDATE evidence_package SET frozen_at = NULL WHERE id = $1', [id]);
    expect(await faults()).toEqual([]); // still here, and whole
    await run(() => room().destroyer.look());
    expect((await told(id))!.row.finishedAt).not.toBeNull();
  });

  it('that were given back are not destroyed: no order said so', async () => {
    const id = await fixedPackage();
    await disposeOf({ db, clock, admin: database.admin }, id, 'returned');
    await sign();
    await age();
    expect(await run(() => room().destroyer.waiting())).toEqual([]);
    await run(() => room().destroyer.run(id));
    expect([await told(id), await faults()]).toEqual([null, []]);
    rmSync(pathOf(await shaOf(id, 'content/text.txt')));
    expect(await faults()).toEqual([`FILE_DIGEST content/text.txt ${id}`]);
  });

  it('that another package, an export, a paper or an upload needs stay, and go with the last of them', async () => {
    const [a, b] = [await fixedPackage(), await fixedPackage()];
    const picture = await shaOf(a, 'content/screen/first.png');
    await disposed(a);
    await run(() => room().destroyer.look());
    expect(await outcomes(a)).toMatchObject({ 'content/screen/first.png': 'shared', 'content/text.txt': 'destroyed' });
    expect((await told(a))!.blobs.find(({ sha256 }) => sha256 === picture)!.holder).toBe(`${b} content/screen/first.png`);
    expect(existsSync(pathOf(picture))).toBe(true);
    expect(await faults()).toEqual([]);
    await disposed(b);
    await run(() => room().destroyer.look());
    expect([existsSync(pathOf(picture)), await outcomes(b)]).toMatchObject([false, { 'content/screen/first.png': 'destroyed' }]);
    expect(await faults()).toEqual([]);
  });

  it('two packages that share a blob and are destroyed at the same moment: it goes once, and nothing is called lost', async () => {
    const both = [await fixedPackage(), await fixedPackage()];
    for (const id of both) await disposed(id);
    await Promise.all([...both, ...both].map((id) => run(() => room().destroyer.run(id))));
    await run(() => room().destroyer.look());
    const picture = 'content/screen/first.png';
    // Whoever begins first may find that the other still needs the picture: then it went with the other.
    const ends = await Promise.all(both.map(outcomes));
    expect(ends.map((end) => end[picture])).toContain('destroyed');
    expect(ends.flatMap((end) => Object.values(end))).not.toContain('missing');
    expect(existsSync(pathOf(await shaOf(both[0]!, picture)))).toBe(false);
    expect(await faults()).toEqual([]);
  });

  it('that were put again within a day wait, and are destroyed when the day is over and nothing names them', async () => {
    const id = await disposed(await fixedPackage());
    const text = await shaOf(id, 'content/text.txt');
    await room().blobs.putOnce(readFileSync(pathOf(text)));
    await run(() => room().destroyer.look());
    expect([existsSync(pathOf(text)), (await told(id))!.row.finishedAt]).toEqual([true, null]);
    expect((await told(id))!.blobs.find(({ sha256 }) => sha256 === text)).toMatchObject({
      waits: 'recentlyPut',
      outcome: null,
      lookedAt: null,
    });
    expect(await run(() => room().destroyer.waiting())).toEqual([]);
    expect(await faults()).toEqual([]);
    expect(
      await run(() => room({ clock: new FixedClock(new Date(clock.now().getTime() + 3 * DAY_MS)) }).reconciler.run()),
    ).toMatchObject({ orphanBlobs: [] });
    await age();
    clock.advance(2 * DAY_MS);
    await run(() => room().destroyer.look());
    expect([existsSync(pathOf(text)), (await told(id))!.row.finishedAt]).toEqual([false, clock.now()]);
  });

  it('that were lost before are told as lost, not as destroyed: fsck keeps the fault', async () => {
    const id = await disposed(await fixedPackage());
    rmSync(pathOf(await shaOf(id, 'content/text.txt')));
    expect(await faults()).toEqual([`FILE_DIGEST content/text.txt ${id}`]);
    await run(() => room().destroyer.look());
    expect(await outcomes(id)).toMatchObject({ 'content/text.txt': 'missing', 'content/screen/first.png': 'destroyed' });
    expect(await faults()).toEqual([`LOST_BEFORE_DESTRUCTION content/text.txt ${id}`]);
    const chain = await db.as(worker, (tx) => room().evidence.custodyOf(tx, id));
    expect(JSON.parse(chain.at(-1)!.body!)).toMatchObject({ what: 'bytesDestroyed', missing: 1 });
    await database.admin.query('ALTER TABLE evidence_destruction_blob DISABLE TRIGGER ALL');
    await database.admin.query(`UPDATE evidence_destruction_blob SET outcome = 'destroyed', lost = false WHERE package_id = $1`, [
      id,
    ]);
    await database.admin.query('ALTER TABLE evidence_destruction_blob ENABLE TRIGGER ALL');
    // A lost signature or seal stays a fault too.
    rmSync(pathOf((await db.as(worker, (tx) => room().content.file(tx, id, 'MANIFEST.sig'))).sha256));
    expect(await faults()).toEqual([`FILE_DIGEST MANIFEST.sig ${id}`]);
  });

  it('an export that was asked for before and not made yet fails with the reason, and no seal is missed', async () => {
    const id = await fixedPackage();
    const ready = await exported(id);
    const order = await db.as(officer, (tx) => room().evidence.requestExport(tx, id, '移送'));
    const seal = await shaOf(id, 'MANIFEST.sig');
    await disposed(id);
    clock.advance(91_000);
    await run(() => room().exporter.build(order.id));
    const [after] = await db.as(worker, (tx) => tx.findBy(ExportRow, { id: order.id }));
    expect(after).toMatchObject({ state: 'failed', reason: 'disposed', blobSha256: null });
    await run(() => room().destroyer.look());
    expect([existsSync(pathOf(ready.blobSha256!)), existsSync(pathOf(seal)), await faults()]).toEqual([false, true, []]);
  });

  it('an upload of which nothing is left cannot be made evidence of any more; one that is still to be used keeps its bytes', async () => {
    const uploads = new Uploads(api, clock, room().blobs, new AuditTrail(clock), { uploadLimitBytes: 300_000 } as never);
    const put = async (words: string) => {
      return withClaims(officer, () => uploads.put(randomUUID(), '截图.txt', Readable.from([Buffer.from(words)])));
    };
    const id = await fixedPackage();
    const [used, unused] = [await put('used'), await put('unused')];
    for (const [n, { sha256, sm3, size, mediaType }] of [used, unused].entries())
      await database.admin.query(
        `INSERT INTO evidence_attachment VALUES ($1, $2, 'other', $3, 'x', $4, $5, $6, $7, NULL, 'x', $8)`,
        [id, n + 1, `attachments/00${n + 1}.txt`, mediaType, size, sha256, sm3, clock.now()],
      );
    clock.advance(1_000);
    const again = await put('unused');
    await disposed(id);
    await run(() => room().destroyer.look());
    expect(await outcomes(id)).toMatchObject({ 'attachments/001.txt': 'destroyed', 'attachments/002.txt': 'shared' });
    await expect(api.as(officer, (tx) => uploads.own(tx, [used.id]))).rejects.toMatchObject({ code: 'evidence.uploadNotFound' });
    expect(await api.as(officer, (tx) => uploads.own(tx, [again.id]))).toMatchObject([{ sha256: again.sha256 }]);
    expect(await faults()).toEqual([]);
  });

  it('somebody who makes a row for bytes that lie there holds them: the destroyer does not wait, and looks again', async () => {
    const id = await disposed(await fixedPackage());
    const text = await shaOf(id, 'content/text.txt');
    await db.as(officer, async (tx) => {
      await lockBlob(tx, text, 'shared');
      await run(() => room().destroyer.run(id));
      expect([existsSync(pathOf(text)), (await told(id))!.row.finishedAt]).toEqual([true, null]);
    });
    expect(await run(() => room().destroyer.waiting())).toEqual([id]);
    await run(() => room().destroyer.look());
    expect(existsSync(pathOf(text))).toBe(false);
  });
});

it('F30 the database refuses a destruction without act and order, another word about one, and whoever would delete its record', async () => {
  const id = await fixedPackage();
  const { admin } = database;
  const begin = `INSERT INTO evidence_destruction VALUES ($1, $2, now())`;
  await expect(admin.query(begin, [id, '0'.repeat(64)])).rejects.toThrow('by order only');
  await disposeOf({ db, clock, admin }, id, 'returned');
  const [{ entry }] = await admin.query<[{ entry: string }]>(
    `SELECT entry_sha256 AS entry FROM evidence_act WHERE package_id = $1`,
    [id],
  );
  await expect(admin.query(begin, [id, entry])).rejects.toThrow('by order only');
  const gone = await disposed(await fixedPackage());
  await run(() => room().destroyer.look());
  for (const sql of [
    `UPDATE evidence_destruction SET finished_at = now() WHERE package_id = '${gone}'`,
    `UPDATE evidence_destruction_blob SET outcome = 'shared', holder = 'x' WHERE package_id = '${gone}'`,
    'DELETE FROM evidence_destruction_blob',
    'DELETE FROM evidence_destruction',
    'DELETE FROM evidence_kept_seal',
  ])
    await expect(admin.query(sql)).rejects.toThrow(/told once|insert-only/);
  const { source } = await database.as('nms_api');
  for (const table of ['evidence_destruction', 'evidence_destruction_blob', 'evidence_kept_seal'])
    await expect(source.query(`INSERT INTO ${table} DEFAULT VALUES`)).rejects.toThrow('permission denied');
  expect(await db.as(worker, (tx) => tx.countBy(DestructionBlobRow, { packageId: gone }))).toBeGreaterThan(0);
  expect(await db.as(worker, (tx) => tx.existsBy(DestructionRow, { packageId: gone }))).toBe(true);
  expect((await db.as(worker, (tx) => tx.findOneByOrFail(PackageRow, { id: gone }))).state).toBe('disposed');
});
