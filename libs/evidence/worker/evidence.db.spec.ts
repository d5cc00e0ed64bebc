import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { Maker } from '../../capture/capture.contract';
import { FixedClock } from '../../kernel';
import { OFFICER_ROWS } from '../../officers';
import { type Claims, type Db, systemClaims, withClaims } from '../../platform';
import { someClaims, type TestDatabase, testDatabase } from '../../platform/testing';
import {
  bytesSource,
  parseTrustBundle,
  trustBundleBytes,
  utf8,
  verifyPackage,
  writeKeyFile,
  type Authority,
  createAuthority,
  type Manifest,
  timeStampRequest,
} from '../../proof';
import { aTrustBundle, testKeys } from '../../proof/testing';
import type { CaptureRequest } from '../app/evidence.service';
import { toCaptureDto } from '../http/evidence.dto';
import { EVIDENCE_ROWS, PackageRow } from '../store/evidence.entity';
import { aRequest, evidenceRoom, settleIn } from '../testing/evidence-room';
import { answersIdentity, type PlayedOrder, stagePackage } from '../testing/played-capture';

const OFFICER = '00000000-0000-4000-8000-000000000001';
const SECOND = '00000000-0000-4000-8000-000000000002';
const NO_CERTIFICATE = '00000000-0000-4000-8000-000000000003';

let database: TestDatabase;
let db: Db;
let captureProcess: Server;
let root: string;
/** What the played capture process does with the next order. */
let play:
  'complete' | 'restates' | 'refused' | 'dies' | 'lies' | 'foreignKey' | 'dirty' | 'dirtyByOrder' | keyof typeof makersOf =
  'complete';
/** Makers that stand in a manifest though others asked. */
const makersOf: Record<string, (asked: Maker[]) => Maker[]> = {
  'has one maker only': ([first]) => [first!],
  'has the same account twice': ([first]) => [first!, { ...first!, name: '另一名' }],
  'has lost an officer': ([first, second]) => [first!, { ...second!, role: 'technician' }],
  'names another officer': ([first, second]) => [first!, { ...second!, account: 'officer.x', name: '丙' }],
};
const dirty = (overrideBy: string | null) => ({
  verdict: 'fail' as const,
  failed: ['E03', 'E09', 'E13'],
  overrideBy,
  overrideReason: overrideBy && '备用机',
});
let captures = 0;
/** Items of the checklist that the next captures lose. */
let lostItems: string[] = [];
/** What the last order said about failed environment checks. */
let overrideAsked: { by: string; reason: string } | null = null;
/** Bytes of the live picture that was stored while the last capture ran. */
let pictureMeanwhile: number | null = null;
/** What the played time stamp authorities do. */
let tsaPlay: 'right' | 'refuses' | 'html' | 'hangs' | 'wrongImprint' | 'oldNonce' | 'stranger' | 'junk' | 'redirects' = 'right';
let tsaProcess: Server;
let authority: Authority;
let stranger: Authority;
const tsaUrls = () => [`inner|sha256|http://127.0.0.1:${(tsaProcess.address() as AddressInfo).port}/`];
const clock = new FixedClock(new Date('2026-11-22T03:30:00.000Z'));
const worker = systemClaims('worker');
const officer = someClaims({ actor: OFFICER });

const request: CaptureRequest = { ...aRequest, officerIds: [OFFICER, SECOND] };

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'nms-evidence-'));
  database = await testDatabase();
  ({ db } = await database.as('nms_worker', [...EVIDENCE_ROWS, ...OFFICER_ROWS]));
  await settleIn(database.admin, [
    { id: OFFICER, account: 'officer.a', certificate: 'C-1001' },
    { id: SECOND, account: 'officer.b', certificate: 'C-1002' },
    { id: NO_CERTIFICATE, account: 'officer.n', certificate: null },
  ]);
  const parts = { policy: '1.2.3.4.1', from: new Date('2026-01-01T00:00:00Z'), to: new Date('2030-01-01T00:00:00Z') };
  const ecKey = () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  authority = createAuthority({ ...parts, name: 'inner', rootKey: ecKey(), key: ecKey() });
  stranger = createAuthority({ ...parts, name: 'inner', rootKey: ecKey(), key: ecKey() });
  const tsa = [
    {
      name: 'inner',
      root: Buffer.from(authority.root).toString('base64'),
      policies: ['1.2.3.4.1'],
      algorithms: ['sha256'],
      internal: true,
    },
  ];
  writeFileSync(join(root, 'trust.json'), trustBundleBytes(aTrustBundle({ tsa })));
  tsaProcess = createServer((message, reply) => {
    const chunks: Buffer[] = [];
    message.on('data', (chunk: Buffer) => chunks.push(chunk));
    message.on('end', () => stampAnswer(new Uint8Array(Buffer.concat(chunks)), reply));
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => tsaProcess.once('listening', resolve));
  writeKeyFile(join(root, 'seal.key'), testKeys.seal);
  captureProcess = createServer((message, reply) => {
    if (answersIdentity(message, reply)) return;
    const chunks: Buffer[] = [];
    message.on('data', (chunk: Buffer) => chunks.push(chunk));
    message.on('end', () => void answer(JSON.parse(Buffer.concat(chunks).toString()), reply));
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => captureProcess.once('listening', resolve));
});

afterAll(async () => {
  captureProcess.close();
  tsaProcess.closeAllConnections();
  tsaProcess.close();
  await database.close();
});

beforeEach(() => {
  play = 'complete';
  lostItems = [];
  tsaPlay = 'right';
});

async function answer(order: PlayedOrder, reply: ServerResponse): Promise<void> {
  captures += 1;
  overrideAsked = order.override ?? null;
  reply.writeHead(200, { 'content-type': 'application/x-ndjson' });
  reply.write(
    `${JSON.stringify({ type: 'step', at: clock.now().toISOString(), mono: 1, step: 'goto', detail: order.request.url })}\n`,
  );
  const { packageId } = order;
  for (const bytes of [100, 200])
    reply.write(
      `${JSON.stringify({ type: 'preview', at: clock.now().toISOString(), n: bytes, jpegBase64: Buffer.alloc(bytes).toString('base64') })}\n`,
    );
  if (play === 'dies') return void reply.destroy();
  if (play === 'refused')
    return void reply.end(
      `${JSON.stringify({ type: 'result', packageId, outcome: 'refused', reason: 'private address', limits: [], artefacts: [] })}\n`,
    );
  const makers = makersOf[play]?.(order.request.makers);
  const request = { ...order.request, ...(play === 'restates' && { statement: { scene: 'remote' as const } }) };
  const staged = await stagePackage(
    join(root, 'staging'),
    { ...order, request },
    {
      manifest: {
        ...(makers && { makers }),
        ...(play.startsWith('dirty') && { environment: dirty(play === 'dirtyByOrder' ? '甲' : null) }),
      },
      signers: [play === 'foreignKey' ? testKeys.seal : testKeys.worker],
      lost: lostItems,
    },
  );
  if (play === 'lies') writeFileSync(join(root, 'staging', packageId, 'content/text.txt'), 'something else\n');
  const result = { ...staged, artefacts: [{ path: 'content/text.txt', role: 'text', state: 'ok' }] };
  for (let waited = 0; waited < 2_000 && (pictureMeanwhile = await picture(packageId)) !== 200; waited += 20)
    await new Promise((done) => setTimeout(done, 20));
  reply.end(`${JSON.stringify(result)}\n`);
}

async function picture(packageId: string): Promise<number | null> {
  const rows = await database.admin.query<{ bytes: number }[]>(
    'SELECT octet_length(jpeg) AS bytes FROM evidence_preview WHERE package_id = $1',
    [packageId],
  );
  return rows[0]?.bytes ?? null;
}

let firstAnswer: Uint8Array | undefined;

function stampAnswer(request: Uint8Array, reply: ServerResponse): void {
  const serial = new Uint8Array(randomBytes(8));
  const right = () => authority.respond(request, clock.now(), serial);
  if (tsaPlay === 'hangs') return;
  if (tsaPlay === 'redirects') return void reply.writeHead(302, { location: 'http://127.0.0.1:1/' }).end();
  if (tsaPlay === 'refuses') return void reply.writeHead(500).end();
  if (tsaPlay === 'html') return void reply.end('<html>maintenance</html>');
  if (tsaPlay === 'junk') return void reply.end(randomBytes(300 * 1024));
  if (tsaPlay === 'wrongImprint')
    return void reply.end(
      Buffer.from(
        authority.respond(timeStampRequest(utf8('other'), 'sha256', new Uint8Array(8).fill(7)).bytes, clock.now(), serial),
      ),
    );
  if (tsaPlay === 'oldNonce' && firstAnswer) return void reply.end(Buffer.from(firstAnswer));
  if (tsaPlay === 'stranger') return void reply.end(Buffer.from(stranger.respond(request, clock.now(), serial)));
  firstAnswer ??= right();
  reply.end(Buffer.from(right()));
}

/** `added` is what would have been queued. */
function room() {
  const added: string[] = [];
  const captureUrl = `http://127.0.0.1:${(captureProcess.address() as AddressInfo).port}`;
  const onJob = (name: string) => void added.push(name);
  return { added, ...evidenceRoom({ db, clock, root, captureUrl, tsaUrls: tsaUrls(), config: { tsaTimeoutMs: 500 }, onJob }) };
}

const run = (act: () => Promise<void>) => withClaims(worker, act);
const rowOf = (id: string) => db.as(worker, (tx) => tx.findOneByOrFail(PackageRow, { id }));
const typesOf = async (id: string) =>
  (await database.admin.query<{ type: string }[]>('SELECT type FROM ledger_entry WHERE subject = $1 ORDER BY seq', [id])).map(
    ({ type }) => type,
  );
const asked = (changes: Partial<CaptureRequest> = {}, claims: Claims = officer) =>
  db.as(claims, (tx) => room().evidence.requestCapture(tx, { ...request, ...changes }));

async function fixedPackage(): Promise<PackageRow> {
  const { id } = await asked();
  await run(() => room().runner.run(id));
  return rowOf(id);
}

describe('request', () => {
  it('I-09 logs job.requested with the row, before anything is captured', async () => {
    const before = captures;
    const row = await asked();
    expect(await typesOf(row.id)).toEqual(['job.requested']);
    expect(row).toMatchObject({ state: 'requested', number: expect.stringMatching(/^E-141122-2026-\d{6}$/) });
    expect(captures).toBe(before);
  });

  it.each([
    ['not-http', 'ftp://bare.test/'],
    ['has-credentials', 'http://user:secret@bare.test/'],
    ['too-long', `http://bare.test/${'a'.repeat(8192)}`],
    ['malformed', 'http://'],
  ])('F23 refuses an address that is %s, and writes nothing', async (reason, url) => {
    const [{ n }] = await database.admin.query<[{ n: string }]>('SELECT count(*) AS n FROM ledger_entry');
    await expect(asked({ url })).rejects.toMatchObject({ code: 'evidence.urlNotCapturable', details: { reason } });
    expect((await database.admin.query<[{ n: string }]>('SELECT count(*) AS n FROM ledger_entry'))[0].n).toBe(n);
  });

  it.each([
    ['one officer only', [OFFICER]],
    ['the same officer twice', [OFFICER, OFFICER]],
    ['an officer without certificate', [OFFICER, NO_CERTIFICATE]],
  ])('F29 AC-OFF-2.3 refuses %s', (_what, officerIds) =>
    expect(asked({ officerIds })).rejects.toMatchObject({ code: 'officers.pairRequired' }),
  );
});

describe('fixation', () => {
  it('makes evidence of what was captured, with its entry, files and fact in one', async () => {
    const row = await fixedPackage();
    expect(row).toMatchObject({
      state: 'fixed',
      completeness: 'complete',
      manifestSha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(await typesOf(row.id)).toEqual(['job.requested', 'job.started', 'evidence.fixed']);
    const facts = await database.admin.query('SELECT type FROM outbox WHERE subject = $1', [row.id]);
    expect(facts).toEqual([{ type: 'evidence.fixed' }]);
    expect(existsSync(join(root, 'staging', row.id))).toBe(false);
  });

  it('shows the newest picture of a running capture, and keeps none of them', async () => {
    const { evidence, runner } = room();
    const { id } = await withClaims(officer, () => db.tx((tx) => evidence.requestCapture(tx, request)));
    await withClaims(worker, () => runner.run(id));
    expect(pictureMeanwhile).toBe(200);
    expect(await picture(id)).toBeNull();
  });

  it('hands the reason for going on despite a failed environment check to the capture, with the name of who gave it', async () => {
    await fixedPackage();
    expect(overrideAsked).toBeNull();
    const { id, request: kept } = await asked({ overrideReason: '备用机，时钟源暂不可用' });
    await run(() => room().runner.run(id));
    expect(overrideAsked).toEqual({ by: kept.makers[0]!.name, reason: '备用机，时钟源暂不可用' });
  });

  it('F26 the reason for going on despite certificate errors is in the request whose digest was logged before, with the name of who gave it', async () => {
    expect((await asked()).request).not.toHaveProperty('tlsOverride');
    const { id, request: kept } = await asked({ tlsOverrideReason: '网站证书到期未换' });
    const tlsOverride = { by: kept.makers[0]!.name, reason: '网站证书到期未换' };
    expect(kept).toMatchObject({ tlsOverride });
    expect(toCaptureDto(await rowOf(id))).toMatchObject({ tlsOverride });
    await run(() => room().runner.run(id));
    const { content, evidence } = room();
    const file = await db.as(worker, (tx) => content.file(tx, id, 'record/request.json'));
    expect(JSON.parse((await db.as(worker, () => content.bytes(file))).toString())).toMatchObject({ tlsOverride });
    const [first] = await db.as(worker, (tx) => evidence.custodyOf(tx, id));
    expect(JSON.parse(first!.body!)).toMatchObject({ requestSha256: file.sha256 });
  });

  it('F05 I-11 a job delivered three times at once gives one package', async () => {
    const { id } = await asked();
    const before = captures;
    await Promise.all([1, 2, 3].map(() => run(() => room().runner.run(id))));
    expect(captures - before).toBe(1);
    expect((await typesOf(id)).filter((type) => type === 'evidence.fixed')).toHaveLength(1);
  });

  it('keeps a refused capture with its reason, as an observation', async () => {
    play = 'refused';
    const { id } = await asked();
    await run(() => room().runner.run(id));
    expect(await rowOf(id)).toMatchObject({ state: 'refused', reason: 'private address', manifestSha256: null });
    expect(await typesOf(id)).toEqual(['job.requested', 'job.started', 'job.failed']);
  });

  it.each(['lies', 'foreignKey'] as const)('F15 never fixes what the capture process %s about', async (what) => {
    play = what;
    const { id } = await asked();
    await expect(run(() => room().runner.run(id))).rejects.toThrow();
    expect(await rowOf(id)).toMatchObject({ state: 'requested', manifestSha256: null });
    expect(await typesOf(id)).not.toContain('evidence.fixed');
  });

  it.each(Object.keys(makersOf))('F29 never fixes a manifest that %s', async (what) => {
    play = what;
    const { id } = await asked();
    await expect(run(() => room().runner.run(id))).rejects.toThrow(/makers/);
    expect(await rowOf(id)).toMatchObject({ state: 'requested', manifestSha256: null });
    expect(await typesOf(id)).not.toContain('evidence.fixed');
  });

  it('F28 never fixes what a mandatory check of the environment, or E13, failed for, and names each; an officer may decide otherwise', async () => {
    play = 'dirty';
    const { id } = await asked();
    await expect(run(() => room().runner.run(id))).rejects.toThrow('environment: E09 E13 failed');
    expect(await typesOf(id)).not.toContain('evidence.fixed');
    for (const _ of [2, 3]) await run(() => room().runner.run(id)).catch(() => undefined);
    expect(await rowOf(id)).toMatchObject({ state: 'failed', reason: expect.stringContaining('E09 E13') });
    play = 'dirtyByOrder';
    const { id: decided } = await asked();
    await run(() => room().runner.run(decided));
    expect(await rowOf(decided)).toMatchObject({ state: 'fixed', environment: 'fail' });
  });

  it.each(['how.screen', 'how.html', 'how.pdf', 'env.clean', 'how.method', 'where.steps'])(
    'F29 §2: never fixes a capture that has lost %s, an item that the machine knows, and names it',
    async (item) => {
      lostItems = [item];
      const { id } = await asked();
      await expect(run(() => room().runner.run(id))).rejects.toThrow(`checklist: ${item} missing`);
      expect(await typesOf(id)).not.toContain('evidence.fixed');
      expect(await rowOf(id)).toMatchObject({ state: 'requested', manifestSha256: null });
    },
  );

  it('§2: keeps a capture that never gets its items as an observation with its reason', async () => {
    lostItems = ['how.pdf', 'how.screen'];
    const { id } = await asked();
    for (const _ of [1, 2, 3]) await run(() => room().runner.run(id)).catch(() => undefined);
    expect(await rowOf(id)).toMatchObject({ state: 'failed', reason: 'checklist: how.screen how.pdf missing' });
    expect((await typesOf(id)).at(-1)).toBe('job.failed');
  });

  const statement = {
    scene: 'onSite',
    entry: '平台首页搜索店名',
    holder: 'absent',
    noWitness: '现场没有适合的见证人',
    technician: '丁',
  } as const;

  it('S002 17(2), 21: what the officers state is in the request that the ledger knows and the manifest signs', async () => {
    const { id } = await asked({ statement });
    await run(() => room().runner.run(id));
    const { content, evidence } = room();
    const request = await db.as(worker, async (tx) => content.file(tx, id, 'record/request.json'));
    const bytes = await db.as(worker, () => content.bytes(request));
    expect(JSON.parse(bytes.toString())).toMatchObject({ statement });
    const [first] = await db.as(worker, (tx) => evidence.custodyOf(tx, id));
    expect(JSON.parse(first!.body!)).toMatchObject({ requestSha256: request.sha256 });
    const manifest = await db.as(worker, async (tx) => content.json<Manifest>(tx, id, 'MANIFEST.json'));
    const line = manifest!.files.find(({ path }) => path === 'record/request.json')!;
    for (const item of ['where.steps', 'who.holder', 'who.tech', 'who.witness']) expect(line.checklist).toContain(item);
  });

  it('F15: never fixes a package whose request says something else than the one that was logged', async () => {
    play = 'restates';
    const { id } = await asked({ statement });
    await expect(run(() => room().runner.run(id))).rejects.toThrow('not the one that was made');
    expect(await typesOf(id)).not.toContain('evidence.fixed');
  });

  it.each([
    ['of a page under hand without its way of access', { mode: 'interactive' as const }, 'access'],
    ['on site without the holder', { statement: { scene: 'onSite' as const } }, 'holder'],
  ])('S002 20: refuses a request %s, names line and field, and writes nothing', async (_what, changes, field) => {
    const [{ n }] = await database.admin.query<[{ n: string }]>('SELECT count(*) AS n FROM ledger_entry');
    await expect(asked(changes)).rejects.toMatchObject({
      code: 'evidence.statementIncomplete',
      details: { missing: [expect.objectContaining({ field, zh: expect.any(String) })] },
    });
    expect((await database.admin.query<[{ n: string }]>('SELECT count(*) AS n FROM ledger_entry'))[0].n).toBe(n);
  });

  it('F01 tries a capture process that dies three times, then says so', async () => {
    play = 'dies';
    const { id } = await asked();
    for (const _ of [1, 2]) await expect(run(() => room().runner.run(id))).rejects.toThrow();
    await run(() => room().runner.run(id));
    expect(await rowOf(id)).toMatchObject({ state: 'failed', attempt: 3 });
  });

  it('F01 takes over from a worker that was killed, once its lease has ended', async () => {
    const { id } = await asked();
    await database.admin.query(`UPDATE evidence_package SET state = 'capturing', attempt = 1, lease_until = $2 WHERE id = $1`, [
      id,
      new Date(clock.now().getTime() + 1000),
    ]);
    await run(() => room().runner.run(id));
    expect(await rowOf(id)).toMatchObject({ state: 'capturing' });
    clock.advance(6_000);
    expect(await withClaims(worker, () => room().runner.waiting())).toContainEqual({ packageId: id, underHand: false });
    await run(() => room().runner.run(id));
    expect(await rowOf(id)).toMatchObject({ state: 'fixed', attempt: 2 });
  });

  it('F04 I-12 changes nothing of a fixed package, whoever asks', async () => {
    const { id } = await fixedPackage();
    for (const column of ['url', 'manifest_sha256', 'number', 'requested_by'])
      await expect(database.admin.query(`UPDATE evidence_package SET ${column} = 'x' WHERE id = $1`, [id])).rejects.toThrow(
        'is fixed',
      );
    for (const sql of [
      'DELETE FROM evidence_file',
      'UPDATE ledger_entry SET seq = 9',
      'TRUNCATE ledger_entry CASCADE',
      'DELETE FROM evidence_package',
    ])
      await expect(database.admin.query(sql)).rejects.toThrow('insert-only');
  });
});

describe('time stamps', () => {
  const tokens = (id: string) =>
    database.admin.query<{ tsa: string }[]>('SELECT tsa FROM evidence_stamp WHERE package_id = $1', [id]);

  it('keeps a token over MANIFEST.sig that openssl accepts, and the package is stamped', async () => {
    const { id } = await fixedPackage();
    const { stamper, content } = room();
    expect(await withClaims(worker, () => stamper.waiting())).toContain(id);
    await run(() => stamper.stamp(id));
    expect(await rowOf(id)).toMatchObject({ state: 'stamped' });
    expect((await typesOf(id)).at(-1)).toBe('evidence.stamped');
    expect(await withClaims(worker, () => stamper.waiting())).not.toContain(id);
    const [{ token }] = await database.admin.query<[{ token: Buffer }]>(
      'SELECT token FROM evidence_stamp WHERE package_id = $1',
      [id],
    );
    const sig = await db.as(worker, async (tx) => content.bytes(await content.file(tx, id, 'MANIFEST.sig')));
    const pem = (der: Uint8Array) =>
      `-----BEGIN CERTIFICATE-----\n${Buffer.from(der).toString('base64').replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`;
    for (const [name, bytes] of [
      ['t.tsr', token],
      ['t.sig', sig],
      ['root.pem', pem(authority.root)],
    ] as const)
      writeFileSync(join(root, name), bytes);
    const at = String(Math.floor(clock.now().getTime() / 1000));
    const said = execFileSync(
      'openssl',
      ['ts', '-verify', '-in', 't.tsr', '-data', 't.sig', '-CAfile', 'root.pem', '-attime', at],
      { cwd: root, stdio: ['ignore', 'pipe', 'ignore'] },
    );
    expect(said.toString()).toContain('Verification: OK');
  });

  it.each(['refuses', 'html', 'hangs', 'wrongImprint', 'oldNonce', 'stranger', 'junk', 'redirects'] as const)(
    'F06 never keeps what an authority that %s sends, and asks again later',
    async (what) => {
      const { id } = await fixedPackage();
      const { stamper } = room();
      if (what === 'oldNonce')
        firstAnswer ??= authority.respond(
          timeStampRequest(utf8('earlier'), 'sha256', new Uint8Array(8).fill(9)).bytes,
          clock.now(),
          new Uint8Array(8).fill(1),
        );
      tsaPlay = what;
      await run(() => stamper.stamp(id));
      expect(await tokens(id)).toEqual([]);
      expect(await rowOf(id)).toMatchObject({ state: 'fixed', stampTries: 1 });
      expect(await withClaims(worker, () => stamper.waiting())).not.toContain(id);
      clock.advance(60_000);
      expect(await withClaims(worker, () => stamper.waiting())).toContain(id);
      tsaPlay = 'right';
      await run(() => stamper.stamp(id));
      expect(await rowOf(id)).toMatchObject({ state: 'stamped' });
    },
  );

  it('F07 goes on asking an authority that is away for two days, and says how late the stamp is', async () => {
    const { id } = await fixedPackage();
    const { stamper } = room();
    tsaPlay = 'refuses';
    let rounds = 0;
    for (let minutes = 0; minutes < 48 * 60; minutes += 10) {
      for (const waiting of await withClaims(worker, () => stamper.waiting()))
        if (waiting === id) rounds += (await run(() => stamper.stamp(id)), 1);
      clock.advance(600_000);
    }
    expect(rounds).toBeGreaterThan(45);
    expect(await rowOf(id)).toMatchObject({ state: 'fixed' });
    tsaPlay = 'right';
    await run(() => stamper.stamp(id));
    const bodies = await db.as(worker, (tx) => room().evidence.custodyOf(tx, id));
    expect(JSON.parse(bodies.at(-1)!.body!).delayMs).toBeGreaterThan(48 * 3_600_000 - 1);
  });
});

describe('custody', () => {
  it('I-10 keeps one unbroken chain when sixteen readers write at once', async () => {
    const { id } = await fixedPackage();
    const { evidence, sequencer, fsck } = room();
    await Promise.all(
      Array.from({ length: 16 }, (_, i) =>
        db.as(someClaims({ actor: `reader-${i}` }), async (tx) => evidence.noteView(await evidence.get(tx, id))),
      ),
    );
    await withClaims(worker, () => sequencer.placeAll());
    expect((await typesOf(id)).filter((type) => type === 'evidence.viewed')).toHaveLength(16);
    expect((await withClaims(worker, () => fsck.run())).faults).toEqual([]);
    const places = await database.admin.query<{ idx: string }[]>('SELECT idx FROM ledger_place ORDER BY idx');
    expect(places.map(({ idx }) => Number(idx))).toEqual(places.map((_, i) => i));
  });

  it('AC-OFF-2.4 notes a reader with his purpose, once an hour', async () => {
    const { id } = await fixedPackage();
    const { evidence } = room();
    for (const _ of [1, 2])
      await db.as({ ...officer, purpose: '案件办理' }, async (tx) => evidence.noteView(await evidence.get(tx, id)));
    const bodies = await db.as(worker, (tx) => evidence.custodyOf(tx, id));
    expect(bodies.filter(({ type }) => type === 'evidence.viewed').map(({ body }) => JSON.parse(body!))).toEqual([
      expect.objectContaining({ who: OFFICER, purpose: '案件办理' }),
    ]);
  });

  it('I-16 entries hold no address, name or number', async () => {
    const { id } = await fixedPackage();
    const rows = await database.admin.query<{ entry: Buffer }[]>('SELECT entry FROM ledger_entry WHERE subject = $1', [id]);
    for (const { entry } of rows) expect(entry.toString()).not.toMatch(/bare\.test|officer|E-141122|C-100/);
  });

  it.each([
    [
      'an entry changed by a superuser',
      `UPDATE ledger_entry SET entry = set_byte(entry, 8, 120) WHERE subject = $1 AND seq = 1`,
      /LEDGER_DIGEST/,
    ],
    [
      'an event changed by a superuser',
      `UPDATE ledger_body SET json = replace(json, 'attempt', 'attemp7') WHERE entry_id = (SELECT id FROM ledger_entry WHERE subject = $1 AND seq = 1)`,
      /LEDGER_BODY/,
    ],
    ['a state set by a superuser', `UPDATE evidence_package SET state = 'failed' WHERE id = $1`, /STATE_WITHOUT_PROOF/],
  ])('F09 I-07 fsck names %s', async (_what, sql, fault) => {
    const { id } = await fixedPackage();
    const { fsck } = room();
    await database.admin.query(`ALTER TABLE ledger_entry DISABLE TRIGGER ALL`);
    const copy = await database.admin.query('SELECT * FROM ledger_entry WHERE subject = $1 AND seq = 1', [id]);
    const body = await database.admin.query(
      'SELECT b.* FROM ledger_body b JOIN ledger_entry e ON e.id = b.entry_id WHERE e.subject = $1 AND e.seq = 1',
      [id],
    );
    await database.admin.query(sql, [id]);
    expect((await withClaims(worker, () => fsck.run())).faults.filter((found) => found.includes(id)).join()).toMatch(fault);
    await database.admin.query('UPDATE ledger_entry SET entry = $2 WHERE id = $1', [copy[0].id, copy[0].entry]);
    await database.admin.query('UPDATE ledger_body SET json = $2 WHERE entry_id = $1', [body[0].entry_id, body[0].json]);
    await database.admin.query(`UPDATE evidence_package SET state = 'fixed' WHERE id = $1`, [id]);
    await database.admin.query(`ALTER TABLE ledger_entry ENABLE TRIGGER ALL`);
    expect((await withClaims(worker, () => fsck.run())).faults).toEqual([]);
  });
});

describe('storage', () => {
  it('F12 a blob that was replaced or deleted is named, refused, and never shown', async () => {
    const row = await fixedPackage();
    const { content, fsck } = room();
    const file = await db.as(worker, (tx) => content.file(tx, row.id, 'record/request.json'));
    const path = join(root, 'blobs', file.sha256.slice(0, 2), file.sha256.slice(2, 4), file.sha256);
    const bytes = readFileSync(path);
    chmodSync(path, 0o644);
    writeFileSync(path, 'forged');
    await expect(db.as(worker, () => content.bytes(file))).rejects.toMatchObject({ code: 'evidence.blobDamaged' });
    expect((await withClaims(worker, () => fsck.run())).faults).toContain(`FILE_DIGEST record/request.json ${row.id}`);
    writeFileSync(path, bytes);
    chmodSync(path, 0o444);
    expect((await withClaims(worker, () => fsck.run())).faults).toEqual([]);
  });

  it('F03 leaves nothing behind a write that was cut off', async () => {
    const { blobs } = room();
    const torn = new Readable({
      read() {
        this.push('half');
        this.destroy(new Error('disk'));
      },
    });
    await expect(blobs.putOnce(torn)).rejects.toThrow('disk');
    expect(readdirSync(join(root, 'blobs', 'staging'))).toEqual([]);
  });
});

describe('export', () => {
  async function exported(id: string) {
    const { evidence, exporter, blobs } = room();
    const order = await db.as(officer, (tx) => evidence.requestExport(tx, id, '移送法制审核'));
    await run(() => exporter.build(order.id));
    expect(await db.as(officer, (tx) => evidence.export(tx, order.id))).toMatchObject({ state: 'requested' }); // no signer here: it waits for one
    clock.advance(91_000);
    await run(() => exporter.build(order.id));
    const ready = await db.as(officer, (tx) => evidence.export(tx, order.id));
    const chunks: Buffer[] = [];
    for await (const chunk of await blobs.get(ready.blobSha256!)) chunks.push(chunk as Buffer);
    return { ready, bytes: new Uint8Array(Buffer.concat(chunks)) };
  }

  it('I-13 every export verifies to L2 by the offline verifier, earlier ones also after later ones', async () => {
    const row = await fixedPackage();
    const first = await exported(row.id);
    const second = await exported(row.id);
    expect(second.ready.n).toBe(2);
    const bundle = parseTrustBundle(trustBundleBytes(aTrustBundle()));
    for (const { bytes } of [second, first]) {
      const report = await verifyPackage({ form: 'file', source: bytesSource(bytes) }, bundle, {
        at: clock.now(),
        level: 2,
        checkpoints: [],
      });
      expect(report.reasons.filter(({ step }) => ['V0', 'V1', 'V2', 'V3'].includes(step))).toEqual([]);
      expect(report.level).toBeGreaterThanOrEqual(2);
    }
    expect((await typesOf(row.id)).filter((type) => type === 'evidence.exported')).toHaveLength(2);
  });

  it('refuses to export what is not fixed', async () => {
    const { id } = await asked();
    await expect(db.as(officer, (tx) => room().evidence.requestExport(tx, id, 'x'))).rejects.toMatchObject({
      code: 'evidence.notFixed',
    });
  });
});

describe('row security', () => {
  it.each([
    ['the unit itself', someClaims({ actor: OFFICER }), true],
    ['the city above', someClaims({ scope: 'below', division: '141100' }), true],
    ['the county beside', someClaims({ division: '141121' }), false],
    ['an administrator', someClaims({ scope: 'none' }), false],
    ['the public', someClaims({ scope: 'public', actor: 'public' }), false],
  ])('%s', async (_who, claims, sees) => {
    const { id } = await fixedPackage();
    const found = await db.as(claims, (tx) => tx.query<unknown[]>('SELECT FROM evidence_package WHERE id = $1', [id]));
    const entries = await db.as(claims, (tx) => tx.query<unknown[]>('SELECT FROM ledger_entry WHERE subject = $1', [id]));
    expect([found.length > 0, entries.length > 0]).toEqual([sees, sees]);
  });

  it('a statement without claims reads nothing', async () => {
    await fixedPackage();
    const { source } = await database.as('nms_worker');
    for (const table of ['evidence_package', 'evidence_file', 'ledger_entry', 'ledger_body'])
      expect(await source.query(`SELECT FROM ${table}`)).toEqual([]);
  });
});
