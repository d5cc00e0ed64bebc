import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CaptureOrder, RequestRecord } from '../../capture/capture.contract';
import { FixedClock } from '../../kernel';
import { OFFICER_ROWS } from '../../officers';
import { type Db, systemClaims, withClaims } from '../../platform';
import { someClaims, type TestDatabase, testDatabase } from '../../platform/testing';
import type { CaptureRequest } from '../app/evidence.service';
import { EVIDENCE_ROWS, EvidenceFileRow, PackageRow } from '../store/evidence.entity';
import { aRequest, evidenceRoom, furnish, MAKERS, playedCapture, stagePackage } from '../testing';

const CASE = '00000000-0000-4000-8000-00000000ca5e';
const worker = systemClaims('worker');
const officer = someClaims({ actor: MAKERS[0] });
const clock = new FixedClock(new Date('2026-11-22T03:30:00.000Z'));
const VANTAGES = ['main', 'mobile-net'];

let database: TestDatabase;
let db: Db;
let root: string;
let capture: Awaited<ReturnType<typeof playedCapture>>;
let orders: CaptureOrder[];
let jobs: string[];

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'nms-second-'));
  database = await testDatabase();
  ({ db } = await database.as('nms_worker', [...EVIDENCE_ROWS, ...OFFICER_ROWS]));
  await furnish(database.admin, root);
  capture = await playedCapture(join(root, 'staging'), async (order) => void orders.push(order as unknown as CaptureOrder));
});
afterAll(async () => {
  capture.close();
  await database.close();
  rmSync(root, { recursive: true, force: true });
});
beforeEach(() => {
  orders = [];
  jobs = [];
});

const room = (vantages = VANTAGES) =>
  evidenceRoom({ db, clock, root, captureUrl: capture.url, vantages, onJob: (name) => jobs.push(name) });
const asked = (changes: Partial<CaptureRequest> = {}, vantages = VANTAGES) =>
  db.as(officer, (tx) => room(vantages).evidence.requestCapture(tx, { ...aRequest, ...changes }));
const run = (id: string) => withClaims(worker, () => room().runner.run(id));
/** As the fact of a fixation is carried to the room. */
const follow = (id: string, vantages = VANTAGES) => db.as(systemClaims('facts'), (tx) => room(vantages).second.follow(tx, id));
const rowOf = (id: string) => db.as(worker, (tx) => tx.findOneByOrFail(PackageRow, { id }));
const secondsOf = (id: string) => db.as(worker, (tx) => tx.findBy(PackageRow, { secondOf: id }));

const STATEMENT = { scene: 'remote', access: 'public', noWitness: '远程提取' } as const;

it('the system asks for the second capture once the first is fixed, on behalf of its makers; it is related, compared and a request of the case', async () => {
  const { id } = await asked({ secondVantage: 'mobile-net', caseId: CASE, statement: STATEMENT, personalData: false });
  expect((await rowOf(id)).request).toMatchObject({ vantage: 'main', secondVantage: 'mobile-net' });
  await follow(id);
  expect(orders).toEqual([]);
  await run(id);
  const first = await rowOf(id);
  expect(first).toMatchObject({ state: 'fixed', comparison: null, secondOf: null });

  await follow(id);
  const [second] = await secondsOf(id);
  expect(second).toMatchObject({
    state: 'requested', url: first.url, requestedBy: MAKERS[0], caseId: CASE, caseSeq: first.caseSeq! + 1, purpose: first.purpose,
  }); // prettier-ignore
  const { makers, statement } = first.request as RequestRecord;
  expect(second!.request).toMatchObject({ vantage: 'mobile-net', secondOf: id, makers, statement, personalData: false });
  expect(second!.request).not.toHaveProperty('secondVantage');
  expect(jobs.filter((name) => name === 'capturePage')).toHaveLength(2);

  await run(second!.id);
  const files = await db.as(worker, (tx) => tx.findBy(EvidenceFileRow, { packageId: id }));
  const sumOf = (path: string) => files.find((file) => file.path === path)!.sha256;
  const order = orders.find(({ packageId }) => packageId === second!.id)!;
  expect(order.first).toEqual({
    vantage: 'main',
    id,
    text: sumOf('content/text.txt'),
    pictures: { 'content/screen/first.png': sumOf('content/screen/first.png') },
  });
  expect(order.related).toEqual([{ rel: 'secondVantage', id, manifestSha256: first.manifestSha256 }]);
  expect(await rowOf(second!.id)).toMatchObject({
    state: 'fixed',
    comparison: { vantage: 'main', id, text: 'different', picture: 'same' },
  });
  // A repeat is not repeated.
  await follow(second!.id);
  expect(await secondsOf(second!.id)).toEqual([]);
});

it('whoever is told twice of the fixation asks once, also when both are told at the same moment', async () => {
  const { id } = await asked({ secondVantage: 'mobile-net' });
  await run(id);
  await Promise.all([follow(id), follow(id), follow(id)]);
  await follow(id);
  expect(await secondsOf(id)).toHaveLength(1);
});

it('nothing is repeated that nobody wanted repeated, and nothing that came to nothing', async () => {
  const { id } = await asked();
  await run(id);
  await follow(id);
  expect(await secondsOf(id)).toEqual([]);
});

it('a vantage point that is gone meanwhile does not hold the fact up: the capture is asked for, and its process will say so', async () => {
  const { id } = await asked({ secondVantage: 'mobile-net' });
  await run(id);
  await follow(id, ['main']);
  expect((await secondsOf(id))[0]!.request).toMatchObject({ vantage: 'mobile-net' });
});

it.each<[string, Partial<CaptureRequest>, string, string[]]>([
  ['from a vantage point that is none', { secondVantage: 'moon' }, 'unknown', VANTAGES],
  ['where there is one only', { secondVantage: 'mobile-net' }, 'unknown', ['main']],
  ['from the same one', { secondVantage: 'main' }, 'same', VANTAGES],
  ['of a page under a hand', { secondVantage: 'mobile-net', mode: 'interactive' }, 'underHand', VANTAGES],
])('a repeat %s is refused, and nothing is written', async (_what, changes, reason, vantages) => {
  const counted = () => db.as(worker, (tx) => tx.count(PackageRow));
  const before = await counted();
  const statement = changes.mode ? { ...STATEMENT, entry: '首页' } : undefined;
  await expect(asked({ ...changes, statement }, vantages)).rejects.toMatchObject({
    code: 'evidence.vantageUnfit',
    details: { reason },
  });
  expect(await counted()).toBe(before);
});

it('a manifest that is compared with another package than the one it repeats fixes nothing', async () => {
  const { id } = await asked();
  const other = { vantage: 'main', id: 'ev_00000000000000000000000000', text: 'same', picture: 'same' } as const;
  const attempt = 1;
  await database.admin.query(`UPDATE evidence_package SET state = 'capturing', attempt = $2 WHERE id = $1`, [id, attempt]);
  const { number, request, entrySha256 } = await rowOf(id);
  const order = { packageId: id, number, request: request as RequestRecord, entrySha256 };
  const result = await stagePackage(join(root, 'staging'), order, { manifest: { comparison: other } });
  await expect(withClaims(worker, () => room().fixation.fix(id, result as never, attempt))).rejects.toThrow(
    'not the one that this repeats',
  );
  expect((await rowOf(id)).state).toBe('capturing');
});

it('what two captures say of each other is not rewritten, whoever tries', async () => {
  const { id } = await asked({ secondVantage: 'mobile-net' });
  await run(id);
  await follow(id);
  const [second] = await secondsOf(id);
  await run(second!.id);
  for (const change of [`comparison = NULL`, `second_of = NULL`])
    await expect(database.admin.query(`UPDATE evidence_package SET ${change} WHERE id = $1`, [second!.id])).rejects.toThrow(
      'says what it was compared with once',
    );
});
