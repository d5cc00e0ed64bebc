import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttp, type Server } from 'node:http';
import { type AddressInfo, connect, createServer as createTcp, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EVIDENCE_ROWS, PackageRow } from '../../libs/evidence';
import { aRequest, evidenceRoom, furnish, MAKERS, playedCapture } from '../../libs/evidence/testing';
import { FixedClock } from '../../libs/kernel';
import { OFFICER_ROWS } from '../../libs/officers';
import { type Db, MovableClock, systemClaims, withClaims } from '../../libs/platform';
import { someClaims, type TestDatabase, testDatabase } from '../../libs/platform/testing';
import { bytesSource, createAuthority, parseTrustBundle, verifyPackage } from '../../libs/proof';
import { unvaryingP256 } from '../../libs/proof/testing';
import { DESTROY_PLACES } from '../support/destroy-places';
import { endOf } from '../support/ended-process';

const ROOT = join(__dirname, '../..');
const PROCESS = join(ROOT, 'dist/test/support/evidence-process.js');
/** The whole way of a package through worker and signer. */
const WAY = ['capture', 'stamp', 'place', 'sign', 'export'];
const LEASE_MS = 301_000;

/** Every place between two writes, with the part of the way that passes it. `@n`: the n-th time; `sign` and `place` are of other processes. */
const PLACES = [
  'capture.taken',
  'capture.received',
  'capture.kept',
  'blob.torn',
  'blob.sync',
  'fix.staged',
  'fix.staged@3',
  'blob.beforeLink',
  'blob.linked',
  'fix.settled',
  'fix.settled@3',
  'fix.settled@5',
  'fix.filesInserted',
  'fix.rowUpdated',
  'fix.entryAppended',
  'fix.beforeCommit',
  'fix.committed',
  'stamp.received',
  'stamp.inserted',
  'stamp.entryAppended',
  'stamp.beforeCommit',
  'stamp.committed',
  'place.placed',
  'place.nodes',
  'place.beforeCommit',
  'sign.beforeKept',
  'sign.kept',
  'sign.stored',
  'export.written',
  'export.intended',
  'blob.linked@6',
  'export.put',
  'export.entryAppended',
  'export.beforeCommit',
  'export.committed',
];

/** Between two writes of a capture that comes to nothing and keeps what it saw. */
const ENDINGS = ['capture.kept', 'blob.beforeLink', 'blob.linked@2', 'end.observed', 'end.beforeCommit', 'end.committed'];

let database: TestDatabase;
let db: Db;
let root: string;
let capture: Awaited<ReturnType<typeof playedCapture>>;
let tsa: Server;
let clock: MovableClock;
let env: Record<string, string>;
const worker = systemClaims('worker');
const officer = someClaims({ actor: MAKERS[0] });
const bundle = () => parseTrustBundle(new Uint8Array(readFileSync(join(root, 'trust.json'))));
const run = <T>(act: () => Promise<T>) => withClaims(worker, act);
const room = (at: MovableClock | FixedClock = clock) => evidenceRoom({ db, clock: at, root });

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'nms-killed-'));
  clock = new MovableClock(join(root, 'clock.json'));
  database = await testDatabase();
  const { db: workers, url } = await database.as('nms_worker', [...EVIDENCE_ROWS, ...OFFICER_ROWS]);
  db = workers;
  const parts = { policy: '1.2.3.4.1', from: new Date('2026-01-01T00:00:00Z'), to: new Date('2030-01-01T00:00:00Z') };
  const authority = createAuthority({ ...parts, name: 'inner', rootKey: unvaryingP256(21), key: unvaryingP256(22) } as never);
  const inner = {
    name: 'inner',
    root: Buffer.from(authority.root).toString('base64'),
    policies: ['1.2.3.4.1'],
    algorithms: ['sha256'],
    internal: true,
  };
  await furnish(database.admin, root, { tsa: [inner] } as never);
  tsa = createHttp((message, reply) => {
    const chunks: Buffer[] = [];
    message.on('data', (chunk: Buffer) => chunks.push(chunk));
    message.on('end', () =>
      reply.end(
        Buffer.from(authority.respond(new Uint8Array(Buffer.concat(chunks)), clock.now(), new Uint8Array(randomBytes(8)))),
      ),
    );
  });
  await new Promise<void>((done) => tsa.listen(0, '127.0.0.1', done));
  capture = await playedCapture(join(root, 'staging'), async () => ({
    // Each try gives other bytes, as a page does: what a killed try left would show as an orphan.
    'content/text.txt': randomBytes(3_000),
    'content/screen/first.png': randomBytes(20_000),
  }));
  env = {
    FAULT_ROOT: root,
    FAULT_DB: url,
    FAULT_SIGNER_DB: (await database.as('nms_ledger')).url,
    FAULT_CAPTURE: capture.url,
    FAULT_TSA: `inner|sha256|http://127.0.0.1:${(tsa.address() as AddressInfo).port}/`,
  };
}, 120_000);

afterAll(async () => {
  capture.close();
  tsa.closeAllConnections();
  tsa.close();
  await database.close();
  rmSync(root, { recursive: true, force: true });
});

/** The real process, with a fault armed or without. */
const go = (packageId: string, verbs: readonly string[] = WAY, more: Record<string, string> = {}) =>
  endOf(PROCESS, [packageId, ...verbs], { ...env, ...more });

async function requested(): Promise<string> {
  const { id } = await db.as(officer, (tx) => room().evidence.requestCapture(tx, aRequest));
  return id;
}

/** How often each kind of entry stands in the chain of a package. */
async function entriesOf(id: string): Promise<Record<string, number>> {
  const custody = await db.as(worker, (tx) => room().evidence.custodyOf(tx, id));
  return Object.fromEntries([...Map.groupBy(custody, ({ type }) => type)].map(([type, all]) => [type, all.length]));
}

const ONCE = { 'job.requested': 1, 'evidence.fixed': 1, 'evidence.stamped': 1, 'evidence.exported': 1 };

/** After the restart: one package, stamped and exported once, everything re-derivable, and nothing left behind. */
async function expectWhole(id: string): Promise<void> {
  expect(await entriesOf(id)).toMatchObject(ONCE);
  expect(await db.as(worker, (tx) => tx.findOneByOrFail(PackageRow, { id }))).toMatchObject({
    state: 'stamped',
    leaseUntil: null,
  });
  expect((await run(() => room().fsck.run())).faults).toEqual([]);
  await expectNothingLeft();
  const [order] = await database.admin.query<{ blob_sha256: string; state: string }[]>(
    'SELECT * FROM evidence_export WHERE package_id = $1',
    [id],
  );
  expect(order).toMatchObject({ state: 'ready' });
  const chunks: Buffer[] = [];
  for await (const chunk of await room().blobs.get(order!.blob_sha256)) chunks.push(chunk as Buffer);
  const container = { form: 'file' as const, source: bytesSource(new Uint8Array(Buffer.concat(chunks))) };
  const report = await verifyPackage(container, bundle(), { at: clock.now(), level: 2, checkpoints: [] });
  expect(report.reasons.filter(({ step }) => /^V[0-6]$/.test(step))).toEqual([]);
}

/** Seen by the reconciler of the day after tomorrow: no staging, nothing aside, no blob without a row. */
async function expectNothingLeft(): Promise<void> {
  const later = new FixedClock(new Date(clock.now().getTime() + 2 * 86_400_000));
  const { orphanBlobs } = await run(() => room(later).reconciler.run());
  expect(orphanBlobs).toEqual([]);
  expect(readdirSync(join(root, 'staging'))).toEqual([]);
  expect(readdirSync(join(root, 'blobs/staging'))).toEqual([]);
}

describe('F01 killed with SIGKILL', () => {
  it('every failpoint of the source is in the table', () => {
    const source = spawnSync('grep', ['-rhoE', `failpoint\\('[a-zA-Z.]+'\\)`, 'libs', 'apps', '--include=*.ts'], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    const named = new Set([...source.stdout.matchAll(/'([\w.]+)'/g)].map(([, place]) => place!));
    expect(named.size).toBeGreaterThan(20);
    const tried = [...PLACES, ...ENDINGS, ...DESTROY_PLACES].map((place) => place.split('@')[0]);
    expect([...named].filter((place) => !tried.includes(place))).toEqual([]);
  });

  it.each(PLACES)('at %s: after the restart one whole package, fsck clean, no orphan', async (place) => {
    const id = await requested();
    const killed = await go(id, WAY, { NMS_FAILPOINT: place });
    expect(killed).toMatchObject({ code: null, signal: 'SIGKILL' });
    expect((await run(() => room().fsck.run())).faults).toEqual([]); // no state without proof, not even in between
    clock.advance(LEASE_MS);
    const restarted = await go(id);
    expect(restarted).toEqual({ code: 0, signal: null, said: '' });
    await expectWhole(id);
  });

  it('in every try before the worker can write a reason: the job fails and says that the worker was lost', async () => {
    const id = await requested();
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      expect(await go(id, ['capture'], { NMS_FAILPOINT: 'capture.taken' })).toMatchObject({ signal: 'SIGKILL' });
      clock.advance(LEASE_MS);
    }
    expect(await go(id, ['capture'])).toMatchObject({ code: 0 });
    expect(await db.as(worker, (tx) => tx.findOneByOrFail(PackageRow, { id }))).toMatchObject({
      state: 'failed',
      reason: 'workerLost',
    });
    expect(await entriesOf(id)).toMatchObject({ 'job.failed': 1 });
    await expectNothingLeft();
  });
});

describe('F01 killed while a capture ends without evidence', () => {
  it.each(ENDINGS)('at %s: one reason, what was seen is kept once, the page is not captured again', async (place) => {
    const failing = await playedCapture(join(root, 'staging'), ({ packageId }, reply) => {
      mkdirSync(join(root, 'staging', packageId, 'record'), { recursive: true });
      // Other bytes each time: seen twice, the first would show as an orphan.
      for (const name of ['timeline.jsonl', 'dns.jsonl'])
        writeFileSync(join(root, 'staging', packageId, 'record', name), `${randomBytes(2_000).toString('hex')}\n`);
      const said = { type: 'result', packageId, outcome: 'failed', reason: 'noAnswerInTime', limits: [], artefacts: [] };
      reply.end(`${JSON.stringify(said)}\n`);
      return new Promise(() => undefined);
    });
    const id = await requested();
    const more = { FAULT_CAPTURE: failing.url };
    expect(await go(id, ['capture'], { ...more, NMS_FAILPOINT: place })).toMatchObject({ code: null, signal: 'SIGKILL' });
    expect((await run(() => room().fsck.run())).faults).toEqual([]);
    clock.advance(LEASE_MS);
    expect(await go(id, ['capture'], more)).toEqual({ code: 0, signal: null, said: '' });
    failing.close();
    expect(failing.orders).toHaveLength(1);
    expect(await db.as(worker, (tx) => tx.findOneByOrFail(PackageRow, { id }))).toMatchObject({
      state: 'failed',
      reason: 'noAnswerInTime',
    });
    expect(await entriesOf(id)).toMatchObject({ 'job.requested': 1, 'job.failed': 1 });
    const files = await db.as(worker, (tx) => room().content.files(tx, id));
    expect(files.map(({ path }) => path)).toEqual([
      'observation/index.json',
      'observation/record/dns.jsonl',
      'observation/record/timeline.jsonl',
    ]);
    expect((await run(() => room().fsck.run())).faults).toEqual([]);
    await run(() => room().reconciler.run()); // killed behind the commit it leaves its staging to the sweep
    await expectNothingLeft();
  });
});

describe('F03 a write that fails', () => {
  it.each([
    ['torn before it was synced', 'blob.torn=EIO'],
    ['whose fsync fails', 'blob.sync=EIO'],
    ['whose folder cannot be synced', 'blob.sync@7=EIO'],
    ['that cannot get its name', 'blob.beforeLink=EIO'],
  ])('%s is never referenced, and the next try goes through', async (_what, fault) => {
    const id = await requested();
    expect(await go(id, ['capture'], { NMS_FAILPOINT: fault })).toMatchObject({ code: 1, said: expect.stringContaining('EIO') });
    expect(await entriesOf(id)).not.toHaveProperty('evidence.fixed');
    expect(await database.admin.query('SELECT FROM evidence_file WHERE package_id = $1', [id])).toEqual([]);
    const before = capture.orders.length;
    expect(await go(id)).toEqual({ code: 0, signal: null, said: '' });
    expect(capture.orders.length).toBe(before); // what was captured is still good: only the writing is tried again
    await expectWhole(id);
  });
});

describe('F04 the database', () => {
  /** Between worker and PostgreSQL. `watch` sees what the worker sends and says what becomes of it. */
  async function between(watch: (sent: string, socket: { fixing: boolean }) => 'pass' | 'passAndCut' | 'cut') {
    const { hostname, port } = new URL(env.FAULT_DB!);
    const open = new Set<Socket>();
    const proxy = createTcp((client) => {
      const server = connect(Number(port), hostname);
      const state = { fixing: false };
      for (const socket of [client, server]) open.add(socket.on('error', () => undefined));
      client.on('data', (sent) => {
        const becomes = watch(sent.toString('latin1'), state);
        if (becomes !== 'cut') server.write(sent);
        // The server may finish what it was sent; the worker never hears of it.
        if (becomes !== 'pass') client.destroy();
      });
      server.on('data', (answer) => client.destroyed || client.write(answer));
      client.on('close', () => setTimeout(() => server.end(), 200));
      server.on('close', () => client.destroy());
    });
    await new Promise<void>((done) => proxy.listen(0, '127.0.0.1', done));
    const url = new URL(env.FAULT_DB!);
    url.hostname = '127.0.0.1';
    url.port = String((proxy.address() as AddressInfo).port);
    return { url: url.href, close: () => (open.forEach((socket) => socket.destroy()), proxy.close()) };
  }

  it('goes down in the middle of a fixation: nothing is half-done, the restart fixes what was captured', async () => {
    let down = false;
    const proxy = await between((sent) => ((down ||= sent.includes('INSERT INTO "evidence_file"')) ? 'cut' : 'pass'));
    const id = await requested();
    expect(await go(id, ['capture'], { FAULT_DB: proxy.url })).toMatchObject({ code: 1 });
    proxy.close();
    expect(down).toBe(true);
    expect(await entriesOf(id)).not.toHaveProperty('evidence.fixed');
    clock.advance(LEASE_MS);
    const before = capture.orders.length;
    expect(await go(id)).toEqual({ code: 0, signal: null, said: '' });
    expect(capture.orders.length).toBe(before);
    await expectWhole(id);
  });

  it('takes the COMMIT of a fixation and the answer is lost: exactly one entry', async () => {
    let cut = 0;
    const proxy = await between((sent, socket) => {
      socket.fixing ||= sent.includes('INSERT INTO "evidence_file"');
      if (!socket.fixing || cut || !sent.includes('COMMIT')) return 'pass';
      cut += 1;
      return 'passAndCut';
    });
    const id = await requested();
    const first = await go(id, ['capture'], { FAULT_DB: proxy.url });
    proxy.close();
    expect(cut).toBe(1);
    expect(first.code).toBe(1); // the worker cannot know that it was done
    expect(await entriesOf(id)).toMatchObject({ 'evidence.fixed': 1 });
    clock.advance(LEASE_MS);
    expect(await go(id)).toEqual({ code: 0, signal: null, said: '' });
    await expectWhole(id);
  });
});

it('F05 I-11 a job that two processes get at the same moment runs in one of them', async () => {
  const id = await requested();
  const before = capture.orders.length;
  const both = await Promise.all([go(id, ['capture']), go(id, ['capture'])]);
  expect(both.map(({ code }) => code)).toEqual([0, 0]);
  expect(capture.orders.length - before).toBe(1);
  await Promise.all([go(id, ['stamp']), go(id, ['stamp'])]);
  await go(id, ['place', 'sign']);
  await db.as(officer, (tx) => room().evidence.requestExport(tx, id, '移送'));
  await Promise.all([go(id, ['export']), go(id, ['export'])]);
  expect(await entriesOf(id)).toMatchObject({ ...ONCE, 'job.started': 1 });
  await expectWhole(id);
});

describe('F02 a full disk', () => {
  let small: string;
  let mounted = false;
  beforeAll(() => {
    small = mkdtempSync(join(tmpdir(), 'nms-small-'));
    mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=96k', 'tmpfs', small]).status === 0;
    if (!mounted) console.warn('F02: skipped, mounting a small tmpfs is not permitted here');
  });
  afterAll(() => {
    if (mounted) spawnSync('umount', [small]);
    rmSync(small, { recursive: true, force: true });
  });

  /** The folder of the room with its blobs or its staging on the small disk. */
  function roomOnSmall(part: 'blobs' | 'staging'): Record<string, string> {
    const folder = mkdtempSync(join(tmpdir(), 'nms-full-'));
    for (const name of ['trust.json', 'seal.key'])
      writeFileSync(join(folder, name), readFileSync(join(root, name)), { mode: 0o600 });
    spawnSync('cp', [join(root, 'clock.json'), folder]);
    spawnSync('ln', ['-s', part === 'blobs' ? small : join(root, 'blobs'), join(folder, 'blobs')]);
    return { FAULT_ROOT: folder, FAULT_STAGING: part === 'staging' ? small : join(root, 'staging') };
  }
  const used = () => {
    const [line] = spawnSync('df', ['--output=used', '-B1', small], { encoding: 'utf8' }).stdout.trim().split('\n').slice(1);
    return Number(line);
  };

  it('in a fixation: the job fails with the reason, nothing got a name, the space is back, the ledger still takes entries', async () => {
    if (!mounted) return;
    const large = await playedCapture(join(root, 'staging'), async () => ({
      'content/a.bin': randomBytes(60_000),
      'content/b.bin': randomBytes(60_000),
    }));
    const id = await requested();
    const before = used();
    for (let attempt = 1; attempt <= 3; attempt += 1)
      await go(id, ['capture'], { ...roomOnSmall('blobs'), FAULT_CAPTURE: large.url });
    large.close();
    expect(await db.as(worker, (tx) => tx.findOneByOrFail(PackageRow, { id }))).toMatchObject({
      state: 'failed',
      reason: 'diskFull',
    });
    // Each try on record; what was captured once is not captured again for want of space.
    expect(await entriesOf(id)).toEqual({ 'job.requested': 1, 'job.started': 3, 'job.failed': 3 });
    expect(large.orders).toHaveLength(1);
    expect(used() - before).toBeLessThan(8_192); // an empty folder, no file
    expect(readdirSync(join(root, 'staging'))).toEqual([]);
    expect((await run(() => room().fsck.run())).faults).toEqual([]);
  });

  it('in an export: it fails with the reason, the space is back, the package stays as it was', async () => {
    if (!mounted) return;
    const large = await playedCapture(join(root, 'staging'), async () => ({ 'content/a.bin': randomBytes(150_000) }));
    const id = await requested();
    expect(await go(id, ['capture', 'stamp', 'place', 'sign'], { FAULT_CAPTURE: large.url })).toMatchObject({ code: 0 });
    large.close();
    const before = used();
    expect(await go(id, ['export'], roomOnSmall('staging'))).toMatchObject({ code: 0 });
    const [order] = await database.admin.query<{ state: string; reason: string }[]>(
      'SELECT state, reason FROM evidence_export WHERE package_id = $1',
      [id],
    );
    expect(order).toEqual({ state: 'failed', reason: 'diskFull' });
    expect(used()).toBe(before);
    expect(await entriesOf(id)).not.toHaveProperty('evidence.exported');
    expect((await run(() => room().fsck.run())).faults).toEqual([]);
  });
});
