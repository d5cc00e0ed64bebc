import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AuditTrail } from '../../audit';
import { FixedClock } from '../../kernel';
import { OFFICER_ROWS } from '../../officers';
import { type Db, type SessionOfficer, systemClaims, withClaims } from '../../platform';
import { someClaims, type TestDatabase, testDatabase } from '../../platform/testing';
import { Cancellations } from '../app/cancellations';
import { EVIDENCE_ROWS, PackageRow } from '../store/evidence.entity';
import { aRequest, evidenceRoom, furnish, MAKERS } from '../testing/evidence-room';
import { playedCapture } from '../testing/played-capture';

const worker = systemClaims('worker');
const maker = someClaims({ actor: MAKERS[0] });
const clock = new FixedClock(new Date('2026-11-22T03:30:00.000Z'));
const sessionOf = (id: string, account: string) =>
  ({ id, account, division: '141122', permissions: ['evidence:capture'] }) as unknown as SessionOfficer;

let database: TestDatabase;
let db: Db;
let api: Db;
let root: string;
let capture: Awaited<ReturnType<typeof playedCapture>>;
/** What happens in the played capture process while it has the order. */
let meanwhile: (id: string, reply: ServerResponse) => Promise<void>;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'nms-cancel-'));
  database = await testDatabase();
  ({ db } = await database.as('nms_worker', [...EVIDENCE_ROWS, ...OFFICER_ROWS]));
  ({ db: api } = await database.as('nms_api', [...EVIDENCE_ROWS, ...OFFICER_ROWS]));
  await furnish(database.admin, root);
  capture = await playedCapture(join(root, 'staging'), ({ packageId }, reply) => meanwhile(packageId, reply));
});
afterAll(async () => {
  capture.close();
  await database.close();
  rmSync(root, { recursive: true, force: true });
});
beforeEach(() => (meanwhile = () => Promise.resolve()));

const room = () => evidenceRoom({ db, clock, root, captureUrl: capture.url });
const requested = async () => (await api.as(maker, (tx) => room().evidence.requestCapture(tx, aRequest))).id;
const run = (id: string) => withClaims(worker, () => room().runner.run(id));
const rowOf = (id: string) => db.as(worker, (tx) => tx.findOneByOrFail(PackageRow, { id }));
const typesOf = async (id: string) => (await db.as(worker, (tx) => room().evidence.custodyOf(tx, id))).map(({ type }) => type);
const cancel = (id: string, who = sessionOf(MAKERS[0], 'officer.0')) =>
  api.as(someClaims({ actor: who.id }), (tx) => new Cancellations(clock, new AuditTrail(clock)).cancel(tx, id, who));

const filesOf = async (id: string): Promise<string[]> =>
  (await database.admin.query<{ path: string }[]>('SELECT path FROM evidence_file WHERE package_id = $1', [id])).map(
    ({ path }) => path,
  );

async function expectTakenBack(id: string): Promise<void> {
  expect(await rowOf(id)).toMatchObject({ state: 'failed', reason: 'cancelled', manifestSha256: null, fixedAt: null });
  expect(await typesOf(id)).toEqual(['job.requested', 'job.started', 'job.failed']);
  expect((await filesOf(id)).filter((path) => !path.startsWith('observation/') || path.includes('MANIFEST'))).toEqual([]);
  expect(readdirSync(join(root, 'staging')).filter((name) => name.startsWith(id))).toEqual([]);
}

describe('a capture that a maker takes back', () => {
  it('while it runs: the connection to the capture process is closed, and the package says why there is no evidence', async () => {
    const id = await requested();
    let closed: Promise<unknown> = Promise.resolve();
    meanwhile = async (_, reply) => {
      closed = new Promise((done) => reply.once('close', done));
      await cancel(id);
      await closed; // a page that never ends by itself
      throw new TypeError('the browser was killed');
    };
    await run(id);
    await closed;
    await expectTakenBack(id);
  });

  it('while it waits: no browser hears of it', async () => {
    const id = await requested();
    await cancel(id);
    await run(id);
    expect(capture.orders).not.toContain(id);
    await expectTakenBack(id);
  });

  it('in the last moment: what was captured and signed already is not fixed', async () => {
    const id = await requested();
    meanwhile = async () => void (await cancel(id, sessionOf(MAKERS[1], 'officer.1')));
    await run(id);
    expect(capture.orders).toContain(id);
    await expectTakenBack(id);
    // Who takes back what he has seen does not make it unseen.
    expect(await filesOf(id)).toEqual(expect.arrayContaining(['observation/index.json', 'observation/content/text.txt']));
  });

  it('twice is once, and what is over cannot be taken back, beneath the service neither', async () => {
    const id = await requested();
    await Promise.all([cancel(id), cancel(id)]);
    await run(id);
    await expectTakenBack(id);
    await expect(cancel(id)).rejects.toMatchObject({ code: 'evidence.notRunning' });
    const fixed = await requested();
    await run(fixed);
    expect((await rowOf(fixed)).state).toBe('fixed');
    await expect(cancel(fixed)).rejects.toMatchObject({ code: 'evidence.notRunning' });
    await expect(database.admin.query(`INSERT INTO evidence_cancellation VALUES ($1, 'x', now())`, [fixed])).rejects.toThrow(
      'is not being captured',
    );
  });

  it('is his own: a colleague is refused, and to another division it does not exist', async () => {
    const id = await requested();
    const other = '00000000-0000-4000-8000-000000000009';
    await expect(cancel(id, sessionOf(other, 'officer.9'))).rejects.toMatchObject({ code: 'platform.forbidden' });
    const far = api.as(someClaims({ actor: other, division: '330000' }), (tx) =>
      new Cancellations(clock, new AuditTrail(clock)).cancel(tx, id, sessionOf(other, 'officer.9')),
    );
    await expect(far).rejects.toMatchObject({ code: 'evidence.notFound' });
  });
});
