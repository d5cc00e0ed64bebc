import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FixedClock } from '../../kernel';
import { OFFICER_ROWS } from '../../officers';
import { type Db, FileBlobStore, systemClaims, withClaims } from '../../platform';
import { someClaims, type TestDatabase, testDatabase } from '../../platform/testing';
import { EVIDENCE_ROWS, PackageRow } from '../store/evidence.entity';
import { aRequest, evidenceRoom, furnish, MAKERS } from '../testing/evidence-room';
import { playedCapture } from '../testing/played-capture';

const DAY_MS = 86_400_000;
const worker = systemClaims('worker');
const officer = someClaims({ actor: MAKERS[0] });

let database: TestDatabase;
let db: Db;
let api: Db;
let root: string;
let capture: Awaited<ReturnType<typeof playedCapture>>;
const clock = new FixedClock(new Date('2026-11-22T03:30:00.000Z'));

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'nms-scrub-'));
  database = await testDatabase();
  ({ db } = await database.as('nms_worker', [...EVIDENCE_ROWS, ...OFFICER_ROWS]));
  ({ db: api } = await database.as('nms_api', [...EVIDENCE_ROWS, ...OFFICER_ROWS]));
  await furnish(database.admin, root);
  capture = await playedCapture(join(root, 'staging'), async ({ packageId }) => ({
    'content/text.txt': Buffer.from(`国家级养生配方 ${packageId}\n`),
    'content/screen/first.png': Buffer.from('png'),
  }));
});

afterAll(async () => {
  capture.close();
  await database.close();
  rmSync(root, { recursive: true, force: true });
});

const room = (replica = false) =>
  evidenceRoom({ db, clock, root, captureUrl: capture.url, replica: replica ? new FileBlobStore(join(root, 'replica')) : null });
const run = <T>(act: () => Promise<T>) => withClaims(worker, act);
const pathOf = (sha256: string, store = 'blobs') => join(root, store, sha256.slice(0, 2), sha256.slice(2, 4), sha256);
const rowOf = (id: string) => db.as(worker, (tx) => tx.findOneByOrFail(PackageRow, { id }));
const typesOf = async (id: string) =>
  (await db.as(worker, (tx) => room().evidence.custodyOf(tx, id))).map(({ type }) => type).slice(3);

async function fixedPackage(): Promise<{ id: string; text: string }> {
  const { evidence, runner, content } = room();
  const { id } = await db.as(officer, (tx) => evidence.requestCapture(tx, aRequest));
  await run(() => runner.run(id));
  const { sha256 } = await db.as(worker, (tx) => content.file(tx, id, 'content/text.txt'));
  return { id, text: sha256 };
}

/** What somebody did to a blob behind our back, and how it is put right again. */
const harms: [string, string, (path: string) => void][] = [
  [
    'replaced',
    'changed',
    (path) => {
      const other = Buffer.alloc(readFileSync(path).length, 120);
      chmodSync(path, 0o644);
      writeFileSync(path, other);
      chmodSync(path, 0o444);
    },
  ],
  ['shortened', 'shortened', (path) => (chmodSync(path, 0o644), truncateSync(path, 3), chmodSync(path, 0o444))],
  ['deleted', 'missing', (path) => rmSync(path)],
  ['deprived of its permission', 'permission', (path) => chmodSync(path, 0)],
  ['made writable', 'permission', (path) => chmodSync(path, 0o644)],
];

describe('F12 a stored blob', () => {
  it.each(harms)(
    '%s: reading refuses, the incident says %s, the package is frozen, nothing is overwritten',
    async (_how, what, harm) => {
      const { id, text } = await fixedPackage();
      const bytes = readFileSync(pathOf(text));
      await run(() => room(true).replicator.copy());
      expect(await run(() => room(true).scrub.package(id))).toMatchObject({ incidents: [] });
      harm(pathOf(text));
      const left = existsSync(pathOf(text)) && [readFileSync(pathOf(text)).toString('hex')];

      const file = await db.as(worker, (tx) => room().content.file(tx, id, 'content/text.txt'));
      await expect(db.as(worker, () => room().content.bytes(file))).rejects.toMatchObject({ code: 'evidence.blobDamaged' });
      const { incidents } = await run(() => room(true).scrub.all());
      expect(incidents).toEqual([
        {
          packageId: id,
          path: 'content/text.txt',
          what,
          replica: 'whole',
          place: pathOf(text),
          replicaPlace: pathOf(text, 'replica'),
        },
      ]);
      expect((await rowOf(id)).frozenAt).toEqual(clock.now());
      expect(await typesOf(id)).toEqual(['evidence.incident']);
      await expect(api.as(officer, (tx) => room().evidence.requestExport(tx, id, '移送'))).rejects.toMatchObject({
        code: 'evidence.frozen',
      });
      await expect(database.admin.query(`UPDATE evidence_package SET state = 'stamped' WHERE id = $1`, [id])).rejects.toThrow(
        'is frozen',
      );
      expect(await api.as(officer, (tx) => room().evidence.incidentsOf(tx, id))).toMatchObject([{ what, replica: 'whole' }]);

      // The same damage found again tonight says nothing new, and the store is as somebody left it.
      clock.advance(1000);
      expect((await run(() => room(true).scrub.all())).incidents).toHaveLength(1);
      expect(await typesOf(id)).toEqual(['evidence.incident']);
      expect(existsSync(pathOf(text)) && [readFileSync(pathOf(text)).toString('hex')]).toEqual(left);

      await expect(run(() => room(true).scrub.release(id, 'replaced from the second medium'))).rejects.toMatchObject({
        code: 'evidence.frozen',
      });
      rmSync(pathOf(text), { force: true });
      writeFileSync(pathOf(text), bytes);
      chmodSync(pathOf(text), 0o444);
      await run(() => room(true).scrub.release(id, 'replaced from the second medium'));
      expect((await rowOf(id)).frozenAt).toBeNull();
      expect(await typesOf(id)).toEqual(['evidence.incident', 'evidence.verified']);
    },
  );

  it('that two packages hold freezes both, and a damaged replica is not offered', async () => {
    const [a, b] = [await fixedPackage(), await fixedPackage()];
    await run(() => room(true).replicator.copy());
    const { sha256 } = await db.as(worker, (tx) => room().content.file(tx, a.id, 'content/screen/first.png'));
    const bytes = readFileSync(pathOf(sha256));
    for (const store of ['blobs', 'replica']) harms[0]![2](pathOf(sha256, store));
    const { incidents } = await run(() => room(true).scrub.package(a.id));
    expect(incidents.map(({ packageId }) => packageId)).toEqual(expect.arrayContaining([a.id, b.id]));
    expect(new Set(incidents.map(({ replica }) => replica))).toEqual(new Set(['damaged']));
    for (const { id } of [a, b]) expect((await rowOf(id)).frozenAt).not.toBeNull();
    for (const store of ['blobs', 'replica']) {
      rmSync(pathOf(sha256, store));
      writeFileSync(pathOf(sha256, store), bytes);
      chmodSync(pathOf(sha256, store), 0o444);
    }
    const frozen = await database.admin.query<{ id: string }[]>('SELECT id FROM evidence_package WHERE frozen_at IS NOT NULL');
    for (const { id } of frozen) await run(() => room(true).scrub.release(id, 'restored'));
  });

  it('that is damaged while an export waits is never sealed: the export fails, the package is frozen', async () => {
    const { id, text } = await fixedPackage();
    const order = await api.as(officer, (tx) => room().evidence.requestExport(tx, id, '移送'));
    clock.advance(91_000);
    const bytes = readFileSync(pathOf(text));
    harms[0]![2](pathOf(text));
    await run(() => room().exporter.build(order.id));
    expect(await db.as(worker, (tx) => room().evidence.export(tx, order.id))).toMatchObject({
      state: 'failed',
      reason: 'frozen',
      blobSha256: null,
    });
    expect(await typesOf(id)).toEqual(['evidence.incident']);
    rmSync(pathOf(text));
    writeFileSync(pathOf(text), bytes);
    chmodSync(pathOf(text), 0o444);
    await run(() => room().scrub.release(id, 'restored'));
  });
});

describe('scrub', () => {
  it('looks at everything each 90 days, a hundredth each day, and at all of it when told', async () => {
    for (let i = 0; i < 3; i += 1) await fixedPackage();
    await run(() => room().scrub.all());
    const [{ n }] = await database.admin.query<[{ n: string }]>('SELECT count(DISTINCT sha256) AS n FROM blob_reference');
    expect((await run(() => room().scrub.run())).blobs).toBe(0); // all were looked at this very day
    let daily = 0;
    for (let day = 1; day < 89; day += 1) {
      clock.advance(DAY_MS);
      const { blobs } = await run(() => room().scrub.run());
      expect((await run(() => room().scrub.run())).blobs).toBe(0);
      daily += blobs;
    }
    // 88 days of 1 % of n: the draw is fixed by digest and day, so only its order of size is a promise.
    expect(daily).toBeGreaterThan(0);
    expect(daily).toBeLessThan(Number(n) * 3);
    clock.advance(2 * DAY_MS);
    await run(() => room().scrub.run());
    const stale = await database.admin.query('SELECT sha256 FROM blob_check WHERE checked_at < $1', [
      new Date(clock.now().getTime() - 90 * DAY_MS),
    ]);
    expect(stale).toEqual([]);
    clock.advance(1000);
    expect((await run(() => room().scrub.all())).blobs).toBeGreaterThanOrEqual(Number(n));
  });

  it('copies every blob to the second medium, once, and verified', async () => {
    await fixedPackage();
    expect(await run(() => room(true).replicator.copy())).toBeGreaterThan(0);
    expect(await run(() => room(true).replicator.copy())).toBe(0);
    const [{ n }] = await database.admin.query<[{ n: string }]>('SELECT count(DISTINCT sha256) AS n FROM blob_reference');
    const copies = [];
    for await (const { sha256, size } of new FileBlobStore(join(root, 'replica')).list()) {
      expect(await new FileBlobStore(join(root, 'replica')).examine(sha256, size)).toMatchObject({ fault: null });
      copies.push(sha256);
    }
    expect(copies).toHaveLength(Number(n));
    expect(await run(() => room(false).replicator.copy())).toBe(0);
  });
});

describe('reconciler', () => {
  it('F01 clears what is over, leaves what is to come, and lists blobs that no row names without touching them', async () => {
    const { id } = await fixedPackage();
    const { id: open } = await db.as(officer, (tx) => room().evidence.requestCapture(tx, aRequest));
    const staging = join(root, 'staging');
    for (const name of [
      `${id}.result.json`,
      `${open}.result.json`,
      'ev_01JD8ZZZZZZZZZZZZZZZZZZZZZ.result.json',
      'somebody-else.txt',
    ])
      writeFileSync(join(staging, name), 'x');
    const orphan = await room().blobs.putOnce(Buffer.from('an orphan'));
    const young = await room().blobs.putOnce(Buffer.from('put a moment ago'));
    const old = new Date(clock.now().getTime() - 25 * 3_600_000);
    for (const sha256 of await allBlobs()) utimesSync(pathOf(sha256), old, old);
    utimesSync(pathOf(young.sha256), clock.now(), clock.now());
    utimesSync(join(staging, `${open}.result.json`), old, old);
    utimesSync(join(staging, 'ev_01JD8ZZZZZZZZZZZZZZZZZZZZZ.result.json'), old, old);
    writeFileSync(join(root, 'blobs/staging/cut-off'), 'half');
    utimesSync(join(root, 'blobs/staging/cut-off'), old, old);

    const done = await run(() => room().reconciler.run());
    expect(done.staging.sort()).toEqual(
      [join(staging, `${id}.result.json`), join(staging, 'ev_01JD8ZZZZZZZZZZZZZZZZZZZZZ.result.json')].sort(),
    );
    expect(readdirSync(staging).sort()).toEqual([`${open}.result.json`, 'somebody-else.txt'].sort());
    expect(done.aside).toEqual([join(root, 'blobs/staging/cut-off')]);
    expect(done.orphanBlobs).toEqual([{ sha256: orphan.sha256, size: 9, place: pathOf(orphan.sha256) }]);
    expect(existsSync(pathOf(orphan.sha256))).toBe(true);
  });

  async function allBlobs(): Promise<string[]> {
    const found = [];
    for await (const { sha256 } of room().blobs.list()) found.push(sha256);
    return found;
  }
});
