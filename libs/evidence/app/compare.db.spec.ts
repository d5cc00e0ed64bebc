import { createHash } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import { AuditTrail } from '../../audit';
import { FixedClock } from '../../kernel';
import { type Db, FileBlobStore, withClaims } from '../../platform';
import { someClaims, type TestDatabase, testDatabase } from '../../platform/testing';
import { EVIDENCE_ROWS } from '../store/evidence.entity';
import { Ledger } from '../store/ledger';
import { LedgerGroup } from '../store/ledger-group';
import { CompareService } from './compare.service';
import { ContentService } from './content.service';
import { EvidenceService } from './evidence.service';

const clock = new FixedClock(new Date('2026-11-22T03:30:00.000Z'));
const officer = someClaims();
let database: TestDatabase;
let db: Db;
let root: string;
let blobs: FileBlobStore;
let comparing: CompareService;
let made = 0;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'nms-compare-'));
  database = await testDatabase();
  ({ db } = await database.as('nms_api', EVIDENCE_ROWS));
  blobs = new FileBlobStore(root);
  const names = {
    agencyDomain: 'aj.test',
    trustFile: join(root, 'trust.json'),
    workerUrl: 'http://127.0.0.1:1/',
    vantages: ['main'],
    uploadLimitBytes: 300_000,
  };
  const trail = new AuditTrail(clock);
  const ledger = new Ledger(clock);
  const evidence = new EvidenceService(
    clock,
    ledger,
    new LedgerGroup(db, ledger, clock),
    null as never,
    trail,
    null as never,
    names,
  );
  comparing = new CompareService(db, evidence, new ContentService(blobs, names), trail);
});
afterAll(async () => {
  await database.close();
  rmSync(root, { recursive: true });
});

const picture = (dot: boolean) => {
  const png = new PNG({ width: 64, height: 64 });
  png.data.fill(255);
  if (dot) png.data[0] = 0;
  return PNG.sync.write(png);
};
const exchange = (sha256: string, leafSha256: string | null = 'c1') =>
  Buffer.from(
    `${JSON.stringify({ url: 'https://shop.test/', method: 'GET', status: 200, ip: '192.0.2.1', sha256, outcome: 'ok', tls: { leafSha256 } })}\n`,
  );

/** A fixed package with these files; its stored bytes are real, its manifest is not looked at here. */
async function aPackage(files: Record<string, Buffer>, changes: { division?: string; state?: string; title?: string } = {}) {
  made += 1;
  const { division = '141122', state = 'fixed', title = '示例商店' } = changes;
  const id = `ev_${String(made).padStart(26, '0')}`;
  const fixed = state === 'fixed' ? clock.now() : null;
  await database.admin.query(
    `INSERT INTO evidence_package (id, number, kind, division_code, url, profile, purpose, fact_to_prove, place, request, requested_by, requested_at,
       entry_sha256, state, navigation, manifest_sha256, manifest_sm3, sig_sha256, fixed_at)
     VALUES ($1, $2, 'web_capture', $3, 'https://shop.test/', 'desktop', '核查', '亮照', '办公室', '{"makers":[]}', 'x', $4, $5, $6, $7, $8, $8, $8, $9)`,
    [
      id, `E-${division}-2026-${String(made).padStart(6, '0')}`, division, clock.now(), 'a'.repeat(64), state,
      { urlFinal: 'https://shop.test/', status: 200, title, ip: '192.0.2.1' }, fixed && 'b'.repeat(64), fixed,
    ],
  ); // prettier-ignore
  for (const [path, bytes] of Object.entries(files)) {
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    await blobs.putOnce(bytes);
    await database.admin.query(`INSERT INTO evidence_file VALUES ($1, $2, 'x', 'x', 'x', $3, $4, $4)`, [
      id,
      path,
      bytes.length,
      sha256,
    ]);
  }
  return id;
}

const compare = (before: string, after: string, claims = officer) => withClaims(claims, () => comparing.compare(before, after));
const traces = async (id: string) => ({
  custody: await database.admin.query(`SELECT type FROM ledger_entry WHERE subject = $1`, [id]),
  audit: await database.admin.query(`SELECT act FROM audit_event WHERE record = $1`, [id]),
});
const whole = (text: string, dot: boolean, digest: string) => ({
  'content/text.txt': Buffer.from(text),
  'content/screen/first.png': picture(dot),
  'record/exchanges.jsonl': exchange(digest),
});

it('J-LEG-2 tells what changed in text, picture, exchanges and fields, and both chains and the audit trail say who looked', async () => {
  const before = await aPackage(whole('国家级养生配方\n', false, 'aa'));
  const after = await aPackage(whole('传统养生配方\n', true, 'bb'), { title: '示例商店二' });
  const found = await compare(before, after);
  expect(found.text).toMatchObject({ result: 'different', reason: null });
  expect(found.text.parts).toContainEqual({ kind: 'added', text: '传统' });
  expect(found.pictures).toMatchObject([{ path: 'content/screen/first.png', result: 'different', changedPixels: 1 }]);
  expect(found.exchanges).toMatchObject({ result: 'different', total: 1, changes: [{ kind: 'changed' }] });
  expect(found.fields.map(({ field, result }) => [field, result])).toEqual([
    ['title', 'different'],
    ['urlFinal', 'same'],
    ['status', 'same'],
    ['ip', 'same'],
    ['certificate', 'same'],
  ]);
  for (const id of [before, after])
    expect(await traces(id)).toEqual({ custody: [{ type: 'evidence.viewed' }], audit: [{ act: 'exhibit.read' }] });
});

it('says same only of what is the same, and unknown with the reason of what one side does not have', async () => {
  const files = whole('同样的文字\n', false, 'aa');
  const [one, two, bare] = [await aPackage(files), await aPackage(files), await aPackage({})];
  const same = await compare(one, two);
  expect([same.text.result, same.exchanges.result, ...same.pictures.map(({ result }) => result)]).toEqual([
    'same',
    'same',
    'same',
  ]);
  const lacking = await compare(one, bare);
  expect(lacking.text).toEqual({ result: 'unknown', reason: 'missingAfter' });
  expect(lacking.exchanges).toMatchObject({ result: 'unknown', reason: 'missingAfter' });
  expect(lacking.pictures).toMatchObject([{ result: 'unknown', reason: 'missingAfter' }]);
  expect(lacking.fields.find(({ field }) => field === 'certificate')).toMatchObject({
    result: 'unknown',
    before: 'c1',
    after: null,
  });
});

it('refuses what is out of scope like what does not exist, what is not fixed, and what is damaged; nothing is noted then', async () => {
  const mine = await aPackage(whole('a\n', false, 'aa'));
  const foreign = await aPackage({}, { division: '330101' });
  const running = await aPackage({}, { state: 'capturing' });
  for (const [other, code] of [
    [foreign, 'evidence.notFound'],
    ['ev_7ZZZZZZZZZZZZZZZZZZZZZZZZZ', 'evidence.notFound'],
    [running, 'evidence.notFixed'],
  ]) {
    await expect(compare(mine, other!)).rejects.toMatchObject({ code });
    await expect(compare(other!, mine)).rejects.toMatchObject({ code });
  }
  expect(await traces(mine)).toEqual({ custody: [], audit: [] });
  const damaged = await aPackage(whole('b\n', false, 'bb'));
  const [victim] = await database.admin.query<{ sha256: string }[]>(
    `SELECT sha256 FROM evidence_file WHERE package_id = $1 AND path = 'content/text.txt'`,
    [damaged],
  );
  const stored = join(root, victim!.sha256.slice(0, 2), victim!.sha256.slice(2, 4), victim!.sha256);
  chmodSync(stored, 0o644);
  writeFileSync(stored, 'c\n');
  await expect(compare(mine, damaged)).rejects.toMatchObject({ code: 'evidence.blobDamaged' });
});

it('lets a few wait and refuses the rest, and goes on afterwards', async () => {
  const [one, two] = [await aPackage(whole('x\n', false, 'aa')), await aPackage(whole('y\n', true, 'bb'))];
  const answers = await Promise.allSettled(Array.from({ length: 12 }, () => compare(one, two)));
  const refused = answers.filter((answer) => answer.status === 'rejected');
  expect(answers.length - refused.length).toBe(4);
  for (const { reason } of refused) expect(reason).toMatchObject({ code: 'evidence.comparisonBusy' });
  await expect(compare(one, two)).resolves.toBeDefined();
});
