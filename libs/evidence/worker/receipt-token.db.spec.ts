import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AuditTrail } from '../../audit';
import { FixedClock } from '../../kernel';
import { OFFICER_ROWS, OfficerDirectory } from '../../officers';
import { type Db, systemClaims, withClaims } from '../../platform';
import { someClaims, type TestDatabase, testDatabase } from '../../platform/testing';
import { checkpointText, createAuthority, type Manifest, signNote, textOf, verifyToken, writeKeyFile } from '../../proof';
import { testKeys } from '../../proof/testing';
import { Receipts } from '../app/receipts';
import { Uploads } from '../app/uploads';
import { EVIDENCE_ROWS } from '../store/evidence.entity';
import { evidenceRoom, furnish, MAKERS } from '../testing';

const ORIGIN = 'aj.test/evidence/2026';
const POLICY = '1.2.3.4.1';
const worker = systemClaims('worker');
const officer = someClaims({ actor: MAKERS[0] });
const clock = new FixedClock(new Date('2026-11-22T03:30:00.000Z'));

let database: TestDatabase;
let db: Db;
let root: string;
let tsa: Server;
let isAway: boolean;
let bundleTsa: { name: string; root: string; policies: string[]; algorithms: string[]; internal: boolean };

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'nms-receipt-'));
  database = await testDatabase();
  ({ db } = await database.as('nms_worker', [...EVIDENCE_ROWS, ...OFFICER_ROWS]));
  const ecKey = () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const life = { from: new Date('2026-01-01T00:00:00Z'), to: new Date('2030-01-01T00:00:00Z') };
  const authority = createAuthority({ ...life, policy: POLICY, name: 'outer', rootKey: ecKey(), key: ecKey() });
  const rootBase64 = Buffer.from(authority.root).toString('base64');
  bundleTsa = { name: 'outer', root: rootBase64, policies: [POLICY], algorithms: ['sha256'], internal: false };
  await furnish(database.admin, root, { tsa: [bundleTsa] } as never);
  writeKeyFile(join(root, 'import.key'), testKeys.importer);
  tsa = createServer((message, reply) => {
    const chunks: Buffer[] = [];
    message.on('data', (chunk: Buffer) => chunks.push(chunk));
    message.on('end', () => {
      if (isAway) return void reply.writeHead(503).end();
      reply.end(
        Buffer.from(authority.respond(new Uint8Array(Buffer.concat(chunks)), clock.now(), new Uint8Array(randomBytes(8)))),
      );
    });
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => tsa.once('listening', resolve));
});
afterAll(async () => {
  tsa.closeAllConnections();
  tsa.close();
  await database.close();
  rmSync(root, { recursive: true, force: true });
});
beforeEach(() => {
  isAway = false;
});

/** Takes one file in and fixes it; answers its manifest and the bytes of its records. */
async function received(changes: { personalData?: boolean } = {}) {
  const tsaUrls = [`outer|sha256|http://127.0.0.1:${(tsa.address() as AddressInfo).port}/`];
  const { blobs, ledger, evidence, content, receipts: fixer } = evidenceRoom({ db, clock, root, tsaUrls });
  const trail = new AuditTrail(clock);
  const uploads = new Uploads(db, clock, blobs, trail, { uploadLimitBytes: 10_000 } as never);
  const jobs = { add: () => Promise.resolve() } as never;
  const receipts = new Receipts(clock, ledger, new OfficerDirectory(db, clock), evidence, uploads, trail, jobs);
  const upload = { id: randomUUID(), by: MAKERS[0], at: clock.now(), name: '账单.txt', mediaType: 'text/plain' };
  const ref = await blobs.putOnce(Buffer.from(`账单 ${randomUUID()}\n`));
  await database.admin.query('INSERT INTO evidence_upload VALUES ($1, $2, $3, $4, $5, $6, $7, $8)', [
    ...Object.values(upload),
    ref.size,
    ref.sha256,
    ref.sm3,
  ]);
  const { id } = await db.as(officer, (tx) =>
    receipts.take(tx, {
      sender: '某平台',
      receivedAt: clock.now().toISOString(),
      ground: '协助调查函',
      uploadIds: [upload.id],
      purpose: '核查交易',
      factToProve: '交易金额',
      place: '网监股办公室',
      divisionCode: '141122',
      officerIds: MAKERS,
      ...changes,
    }),
  );
  await withClaims(worker, () => fixer.run(id));
  const read = (path: string) =>
    db.as(worker, async (tx) => new Uint8Array(await content.bytes(await content.file(tx, id, path))));
  return { manifest: JSON.parse(textOf(await read('MANIFEST.json'))) as Manifest, read };
}

it('asks for no token while the log has no checkpoint', async () => {
  expect((await received()).manifest.notBefore).toBeNull();
});

describe('received files', () => {
  beforeAll(async () => {
    const text = checkpointText({ origin: ORIGIN, size: 1, root: new Uint8Array(32).fill(7) });
    const note = textOf(await signNote(text, [testKeys.ledger]));
    await database.admin.query('INSERT INTO ledger_checkpoint VALUES ($1, 1, $2, $3, $3)', [ORIGIN, clock.now(), note]);
  });

  it('C3: are dated before they are fixed, over the request and by the strict profile', async () => {
    const { manifest, read } = await received();
    expect(manifest.kind).toBe('import');
    expect(manifest.notBefore).toMatchObject({ size: 1, preToken: 'record/before/pre.tsr' });
    expect(manifest.files.find(({ path }) => path === 'record/before/pre.tsr')).toMatchObject({ role: 'tokenBefore' });
    const stamped = await read('record/request.json');
    const token = verifyToken(await read('record/before/pre.tsr'), { stamped, tsa: [bundleTsa] as never });
    expect(Date.parse(token.genTime)).toBeLessThanOrEqual(Date.parse(manifest.time.startedAt));
  });

  it('F06: an authority that is away stops nothing', async () => {
    isAway = true;
    const { manifest } = await received();
    expect(manifest.notBefore).toMatchObject({ size: 1, preToken: null });
    expect(manifest.files.map(({ path }) => path)).not.toContain('record/before/pre.tsr');
  });

  it('§6: personal data may be in them, unless the officers said that there can be none', async () => {
    expect((await received()).manifest.personalData).toBe(true);
    expect((await received({ personalData: false })).manifest.personalData).toBe(false);
  });
});
