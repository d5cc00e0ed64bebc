import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EVIDENCE_ROWS } from '../../libs/evidence';
import { aRequest, disposeOf, evidenceRoom, furnish, MAKERS, playedCapture } from '../../libs/evidence/testing';
import { OFFICER_ROWS } from '../../libs/officers';
import { type Db, FileBlobStore, MovableClock, systemClaims, withClaims } from '../../libs/platform';
import { someClaims, type TestDatabase, testDatabase } from '../../libs/platform/testing';
import { DESTROY_PLACES } from '../support/destroy-places';
import { endOf } from '../support/ended-process';

const PROCESS = join(__dirname, '../../dist/test/support/evidence-process.js');
const DAY_MS = 86_400_000;
const PICTURE = 'content/screen/first.png';

let database: TestDatabase;
let db: Db;
let root: string;
let capture: Awaited<ReturnType<typeof playedCapture>>;
let clock: MovableClock;
let env: Record<string, string>;
const worker = systemClaims('worker');
const officer = someClaims({ actor: MAKERS[0] });
const run = <T>(act: () => Promise<T>) => withClaims(worker, act);
const room = () => evidenceRoom({ db, clock, root, replica: new FileBlobStore(join(root, 'replica')) });

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'nms-destroyed-'));
  clock = new MovableClock(join(root, 'clock.json'));
  database = await testDatabase();
  const { db: workers, url } = await database.as('nms_worker', [...EVIDENCE_ROWS, ...OFFICER_ROWS]);
  db = workers;
  await furnish(database.admin, root);
  capture = await playedCapture(join(root, 'staging'), async () => ({
    'content/text.txt': randomBytes(300),
    'content/page.pdf': randomBytes(300),
    [PICTURE]: Buffer.from('the same picture'),
  }));
  env = {
    FAULT_ROOT: root,
    FAULT_DB: url,
    FAULT_SIGNER_DB: (await database.as('nms_ledger')).url,
    FAULT_CAPTURE: capture.url,
    FAULT_REPLICA: join(root, 'replica'),
  };
}, 120_000);

afterAll(async () => {
  capture.close();
  await database.close();
  rmSync(root, { recursive: true, force: true });
});

const go = (packageId: string, verbs: readonly string[], more: Record<string, string> = {}) =>
  endOf(PROCESS, [packageId, ...verbs], { ...env, ...more });

const pathOf = (sha256: string, store = 'blobs') => join(root, store, sha256.slice(0, 2), sha256.slice(2, 4), sha256);

async function age(): Promise<void> {
  const old = new Date(Date.now() - 2 * DAY_MS);
  for await (const { sha256 } of room().blobs.list()) utimesSync(pathOf(sha256), old, old);
}

interface Blob {
  path: string;
  sha256: string;
}

/** Every blob that the rows of the package name, exports too. */
async function blobsOf(id: string): Promise<Blob[]> {
  return database.admin.query<Blob[]>(
    `SELECT path, sha256 FROM evidence_file WHERE package_id = $1
     UNION ALL SELECT 'export ' || n, blob_sha256 FROM evidence_export WHERE package_id = $1`,
    [id],
  );
}

/** A package that was exported, copied to the second medium, and disposed of by order; everything signed, nothing put for two days. */
async function disposed(): Promise<string> {
  const { id } = await db.as(officer, (tx) => room().evidence.requestCapture(tx, aRequest));
  expect(await go(id, ['capture', 'place', 'sign', 'export'])).toEqual({ code: 0, signal: null, said: '' });
  await run(() => room().replicator.copy());
  await disposeOf({ db, clock, admin: database.admin }, id);
  expect(await go(id, ['place', 'sign'])).toEqual({ code: 0, signal: null, said: '' });
  await age();
  return id;
}

const faults = async () => (await run(() => room().fsck.run())).faults;

/** Carried through: the bytes are gone from both media, what is kept is there, it is told once, and nothing lies about. */
async function expectDestroyed(id: string, shared: readonly string[]): Promise<void> {
  for (const { path, sha256 } of await blobsOf(id))
    for (const store of ['blobs', 'replica']) {
      const stays = path === 'MANIFEST.sig' || shared.includes(sha256);
      expect([path, store, existsSync(pathOf(sha256, store))]).toEqual([path, store, stays]);
    }
  for (const store of ['blobs', 'replica']) expect(readdirSync(join(root, store, 'destroying'))).toEqual([]);
  const chain = await db.as(worker, (tx) => room().evidence.custodyOf(tx, id));
  const ends = chain.filter(({ type, body }) => type === 'evidence.disposed' && body!.includes('bytesDestroyed'));
  expect(ends).toHaveLength(1);
  expect(JSON.parse(ends[0]!.body!)).toMatchObject({ missing: 0, shared: shared.length });
  const rows = await database.admin.query<{ finished_at: Date | null }[]>(
    'SELECT finished_at FROM evidence_destruction WHERE package_id = $1',
    [id],
  );
  expect(rows).toEqual([{ finished_at: expect.any(Date) }]);
  expect(await faults()).toEqual([]);
  expect((await run(() => room().scrub.all())).incidents).toEqual([]);
}

describe('F30 F01 a destroyer killed with SIGKILL', () => {
  it.each(DESTROY_PLACES)(
    'at %s: nothing is told that is not so, and after the restart it is carried through once',
    async (place) => {
      const id = await disposed();
      expect(await go(id, ['destroy'], { NMS_FAILPOINT: place })).toMatchObject({ code: null, signal: 'SIGKILL' });
      expect(await faults()).toEqual([]); // neither lost nor half-told, also in between
      expect((await run(() => room().scrub.all())).incidents).toEqual([]);
      expect(await go(id, ['destroy'])).toEqual({ code: 0, signal: null, said: '' });
      await expectDestroyed(id, []);
      expect(await go(id, ['destroy'])).toEqual({ code: 0, signal: null, said: '' });
      await expectDestroyed(id, []);
    },
  );

  it.each(['destroy.renamed', 'destroy.lookedUp', 'destroy.removed'])(
    'at %s while another package takes the same bytes before the restart: the other one is whole',
    async (place) => {
      const id = await disposed();
      expect(await go(id, ['destroy'], { NMS_FAILPOINT: place })).toMatchObject({ signal: 'SIGKILL' });
      // Every blob is put again, whatever had become of it, and a package names the picture.
      const { id: other } = await db.as(officer, (tx) => room().evidence.requestCapture(tx, aRequest));
      expect(await go(other, ['capture'])).toEqual({ code: 0, signal: null, said: '' });
      const picture = (await blobsOf(other)).find(({ path }) => path === PICTURE)!.sha256;
      await age();
      expect(await go(id, ['destroy'])).toEqual({ code: 0, signal: null, said: '' });
      expect(await faults()).toEqual([]);
      const [told] = await database.admin.query<{ outcome: string }[]>(
        'SELECT outcome FROM evidence_destruction_blob WHERE package_id = $1 AND sha256 = $2',
        [id, picture],
      );
      // Gone before the other came, or kept because it came: never gone from under it.
      expect(['shared', 'destroyed']).toContain(told!.outcome);
      expect(readFileSync(pathOf(picture)).toString()).toBe('the same picture');
      await run(() => room().replicator.copy());
      expect((await run(() => room().scrub.package(other))).incidents).toEqual([]);
      expect(existsSync(pathOf(picture, 'replica'))).toBe(true);
      // The other one goes too, so that the next test finds an empty house.
      await disposeOf({ db, clock, admin: database.admin }, other);
      await go(other, ['place', 'sign']);
      await age();
      await go(other, ['destroy']);
      await expectDestroyed(other, []);
    },
  );

  it('two destroyers at the same moment carry it through once', async () => {
    const id = await disposed();
    await Promise.all([go(id, ['destroy']), go(id, ['destroy']), go(id, ['destroy'])]);
    await go(id, ['destroy']);
    await expectDestroyed(id, []);
  });
});
