import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { CaptureOrder } from '../../capture/capture.contract';
import { FixedClock } from '../../kernel';
import { OFFICER_ROWS } from '../../officers';
import { type Db, systemClaims, withClaims } from '../../platform';
import { someClaims, type TestDatabase, testDatabase } from '../../platform/testing';
import { attemptsAt, requestsOf } from '../app/attempts';
import type { CaptureRequest } from '../app/evidence.service';
import { EVIDENCE_ROWS, PackageRow } from '../store/evidence.entity';
import { aRequest, evidenceRoom, furnish, MAKERS, playedCapture, PLAYED_IDENTITY } from '../testing';

const CASE = '00000000-0000-4000-8000-00000000ca5e';
const OTHER_CASE = '00000000-0000-4000-8000-00000000ca5f';
const DAY_MS = 86_400_000;
const worker = systemClaims('worker');
const officer = someClaims({ actor: MAKERS[0] });
const elsewhere = someClaims({ actor: MAKERS[1], division: '141123' });
const clock = new FixedClock(new Date('2026-11-22T03:30:00.000Z'));

type Order = Parameters<NonNullable<Parameters<typeof playedCapture>[1]>>[0];

let database: TestDatabase;
let db: Db;
let root: string;
let capture: Awaited<ReturnType<typeof playedCapture>>;
/** What the next order meets; nothing: a page that is captured. */
let play: (order: Order, reply: ServerResponse) => Promise<Record<string, Uint8Array> | void>;
let orders: CaptureOrder[];

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'nms-attempts-'));
  database = await testDatabase();
  ({ db } = await database.as('nms_worker', [...EVIDENCE_ROWS, ...OFFICER_ROWS]));
  await furnish(database.admin, root);
  capture = await playedCapture(join(root, 'staging'), (order, reply) => {
    orders.push(order as unknown as CaptureOrder);
    return play(order, reply);
  });
});
afterAll(async () => {
  capture.close();
  await database.close();
  rmSync(root, { recursive: true, force: true });
});
beforeEach(() => {
  play = () => Promise.resolve();
  orders = [];
});

const run = <T>(act: () => Promise<T>) => withClaims(worker, act);
const room = (at = clock) => evidenceRoom({ db, clock: at, root, captureUrl: capture.url });
const asked = (changes: Partial<CaptureRequest> = {}, claims = officer) =>
  db.as(claims, (tx) => room().evidence.requestCapture(tx, { ...aRequest, ...changes }));
const rowOf = (id: string) => db.as(worker, (tx) => tx.findOneByOrFail(PackageRow, { id }));

interface Event {
  type: string;
  event: Record<string, unknown>;
}

async function eventsOf(id: string): Promise<Event[]> {
  const custody = await db.as(worker, (tx) => room().evidence.custodyOf(tx, id));
  return custody.map(({ type, body }) => ({ type, event: JSON.parse(body!) as Record<string, unknown> }));
}

async function captured(changes: Partial<CaptureRequest> = {}): Promise<string> {
  const { id } = await asked(changes);
  await run(() => room().runner.run(id));
  return id;
}

const SEEN = { 'record/timeline.jsonl': '{"step":"goto"}\n', 'record/dns.jsonl': '', 'content/screen/first.png': 'png' };

/** Leaves files as a capture process does that saw something and came to nothing; then says so. */
const ends =
  (outcome: 'failed' | 'refused', reason: string, files: Record<string, string> = SEEN) =>
  ({ packageId }: Order, reply: ServerResponse): Promise<never> => {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, 'staging', packageId, path)), { recursive: true });
      writeFileSync(join(root, 'staging', packageId, path), text);
    }
    reply.end(`${JSON.stringify({ type: 'result', packageId, outcome, reason, limits: ['pageMs'], artefacts: [] })}\n`);
    return new Promise(() => undefined); // this order is answered
  };

const filesOf = (id: string) => db.as(worker, (tx) => room().content.files(tx, id));

it('Appendix A: job.started names the key and the image of the capture process by its own word, and neither when it is not to be asked', async () => {
  const id = await captured();
  expect((await eventsOf(id))[1]).toMatchObject({ type: 'job.started', event: { attempt: 1, ...PLAYED_IDENTITY } });
  const { id: unheard } = await asked();
  const away = evidenceRoom({ db, clock, root, captureUrl: 'http://127.0.0.1:1' });
  await expect(run(() => away.runner.run(unheard))).rejects.toThrow();
  expect((await eventsOf(unheard))[1]).toMatchObject({ type: 'job.started', event: { workerKey: null, imageSha256: null } });
});

describe('what a capture saw that came to nothing', () => {
  it.each(['failed', 'refused'] as const)(
    '§2: of a %s capture is kept as an observation, its digests in the ledger',
    async (outcome) => {
      play = ends(outcome, 'net::ERR_CERT_DATE_INVALID');
      const id = await captured();
      expect(await rowOf(id)).toMatchObject({ state: outcome, reason: 'net::ERR_CERT_DATE_INVALID', manifestSha256: null });
      const files = await filesOf(id);
      expect(files.map(({ path }) => path)).toEqual([
        'observation/content/screen/first.png',
        'observation/index.json',
        'observation/record/dns.jsonl',
        'observation/record/timeline.jsonl',
      ]);
      const index = files.find(({ path }) => path === 'observation/index.json')!;
      expect((await eventsOf(id)).at(-1)).toMatchObject({
        type: 'job.failed',
        event: { attempt: 1, limits: ['pageMs'], observation: index.sha256, observationSm3: index.sm3, files: 3 },
      });
      const listed = JSON.parse((await db.as(worker, () => room().content.bytes(index))).toString()) as { files: unknown[] };
      expect(listed).toMatchObject({ id, outcome, reason: 'net::ERR_CERT_DATE_INVALID' });
      expect(listed.files).toContainEqual({
        path: 'record/timeline.jsonl',
        size: SEEN['record/timeline.jsonl'].length,
        sha256: createHash('sha256').update(SEEN['record/timeline.jsonl']).digest('hex'),
        sm3: expect.stringMatching(/^[0-9a-f]{64}$/),
      });
      expect(readdirSync(join(root, 'staging'))).toEqual([]);
    },
  );

  it('F01 is no orphan, is re-hashed like all that is stored, and damage to it is told', async () => {
    play = ends('failed', 'browserCrashed', { 'record/timeline.jsonl': `{"step":"once"}\n` });
    const id = await captured();
    const later = new FixedClock(new Date(clock.now().getTime() + 2 * DAY_MS));
    expect((await run(() => room(later).reconciler.run())).orphanBlobs).toEqual([]);
    expect((await run(() => room().fsck.run())).faults).toEqual([]);
    const { sha256 } = (await filesOf(id)).find(({ path }) => path === 'observation/record/timeline.jsonl')!;
    const place = room().blobs.placeOf(sha256);
    chmodSync(place, 0o644);
    writeFileSync(place, '{"step":"else"}\n');
    expect((await run(() => room().fsck.run())).faults).toEqual([`FILE_DIGEST observation/record/timeline.jsonl ${id}`]);
    const { incidents } = await run(() => room().scrub.package(id));
    expect(incidents).toMatchObject([{ packageId: id, path: 'observation/record/timeline.jsonl' }]);
    writeFileSync(place, '{"step":"once"}\n');
    chmodSync(place, 0o444);
  });

  it('is never evidence: no manifest goes with it, nothing is exported, its state leads nowhere', async () => {
    play = ends('failed', 'environment: E06', { ...SEEN, 'MANIFEST.json': '{}', 'MANIFEST.sig': 'x' });
    const id = await captured();
    expect((await filesOf(id)).filter(({ path }) => path.includes('MANIFEST'))).toEqual([]);
    await expect(db.as(officer, (tx) => room().evidence.requestExport(tx, id, '移送'))).rejects.toMatchObject({
      code: 'evidence.notFixed',
    });
    await run(() => room().runner.run(id)); // delivered again
    expect(orders).toHaveLength(1);
    expect(await rowOf(id)).toMatchObject({ state: 'failed' });
  });

  it('a list that is not the one in the ledger is named by fsck', async () => {
    play = ends('failed', 'noAnswerInTime', { 'record/dns.jsonl': 'a\n' });
    const id = await captured();
    await database.admin.query('ALTER TABLE evidence_file DISABLE TRIGGER evidence_file_insert_only');
    await database.admin.query(`DELETE FROM evidence_file WHERE package_id = $1 AND path = 'observation/record/dns.jsonl'`, [id]);
    await database.admin.query('ALTER TABLE evidence_file ENABLE TRIGGER evidence_file_insert_only');
    expect((await run(() => room().fsck.run())).faults).toEqual([`OBSERVATION ${id}`]);
    const [row] = await database.admin.query<{ sha256: string; sm3: string; size: string }[]>(
      `SELECT sha256, sm3, size FROM evidence_file WHERE package_id = $1`,
      [id],
    );
    expect(row).toBeDefined();
    const bytes = Buffer.from('a\n');
    const { sha256, sm3 } = await room().blobs.putOnce(bytes);
    await database.admin.query(
      `INSERT INTO evidence_file VALUES ($1, 'observation/record/dns.jsonl', 'observation', 'text/plain', '', 2, $2, $3)`,
      [id, sha256, sm3],
    );
    expect((await run(() => room().fsck.run())).faults).toEqual([]);
  });

  it('a capture that ends before it saw anything has no observation, and says so', async () => {
    play = ends('refused', 'private-network', {});
    const id = await captured();
    expect(await filesOf(id)).toEqual([]);
    expect((await eventsOf(id)).at(-1)!.event).toMatchObject({ reason: 'private-network', observation: null, files: 0 });
  });

  it('C4: every try of a job is on record with its reason; what the last one saw is kept', async () => {
    let tries = 0;
    play = ({ packageId }, reply) => {
      tries += 1;
      mkdirSync(join(root, 'staging', packageId, 'record'), { recursive: true });
      writeFileSync(join(root, 'staging', packageId, 'record/timeline.jsonl'), `try ${tries}\n`);
      reply.destroy();
      return new Promise(() => undefined);
    };
    const { id } = await asked();
    for (const _ of [1, 2]) await expect(run(() => room().runner.run(id))).rejects.toThrow();
    await run(() => room().runner.run(id));
    const failed = (await eventsOf(id)).filter(({ type }) => type === 'job.failed').map(({ event }) => event);
    expect(failed).toMatchObject([
      { attempt: 1, triedAgain: true, observation: null },
      { attempt: 2, triedAgain: true, observation: null },
      { attempt: 3, observation: expect.stringMatching(/^[0-9a-f]{64}$/), files: 1 },
    ]);
    const [kept] = (await filesOf(id)).filter(({ path }) => path.endsWith('timeline.jsonl'));
    expect((await db.as(worker, () => room().content.bytes(kept!))).toString()).toBe('try 3\n');
  });

  it('§14: the report lists every attempt at the address in the case, failures included', async () => {
    play = ends('failed', 'noAnswerInTime', {});
    const url = 'http://tried.test/';
    const failed = await captured({ url, caseId: CASE });
    play = () => Promise.resolve();
    const taken = await captured({ url, caseId: CASE });
    const foreign = await captured({ url, caseId: OTHER_CASE });
    const outside = await captured({ url });
    const attempts = async (id: string) =>
      db.as(worker, async (tx) => (await attemptsAt(tx, await tx.findOneByOrFail(PackageRow, { id }))).map((row) => row.id));
    expect(await attempts(taken)).toEqual([failed, taken]);
    // Joined later: what else was tried outside of a case is told with it.
    const again = await captured({ url });
    await db.as(officer, (tx) => room().evidence.joinCase(tx, again, CASE));
    expect(await attempts(again)).toEqual([failed, taken, outside, again]);
    expect(await attempts(outside)).toEqual([outside]);
    expect(await attempts(foreign)).toEqual([foreign]);
  });
});

describe('caseSeq', () => {
  it('C4: many requests at once in one case get one number each; what is rolled back leaves no gap', async () => {
    const caseId = '00000000-0000-4000-8000-00000000ca01';
    const some = (n: number) => Promise.all(Array.from({ length: n }, () => asked({ caseId })));
    const [first] = await Promise.all([
      some(8),
      db
        .as(officer, async (tx) => {
          await room().evidence.requestCapture(tx, { ...aRequest, caseId });
          throw new Error('rolled back');
        })
        .catch(() => undefined),
      some(4).then((rows) => expect(rows).toHaveLength(4)),
    ]);
    expect(first).toHaveLength(8);
    const { last, missing, rows } = await db.as(officer, (tx) => requestsOf(tx, caseId));
    expect(rows.map(({ caseSeq }) => caseSeq)).toEqual(Array.from({ length: 12 }, (_, n) => n + 1));
    expect({ last, missing }).toEqual({ last: 12, missing: [] });
  });

  it('App. A: is in job.requested and in evidence.fixed; 0 outside of a case', async () => {
    const caseId = '00000000-0000-4000-8000-00000000ca02';
    await asked({ caseId });
    const second = await captured({ caseId });
    const without = await captured();
    const seqs = async (id: string) =>
      (await eventsOf(id)).filter(({ type }) => /requested|fixed/.test(type)).map(({ event }) => event['caseSeq']);
    expect(await seqs(second)).toEqual([2, 2]);
    expect(await seqs(without)).toEqual([0, 0]);
  });

  it('what was captured outside and joined later takes no number of the case, and nothing leaves its case again', async () => {
    const caseId = '00000000-0000-4000-8000-00000000ca03';
    const joined = await captured();
    await asked({ caseId });
    await db.as(officer, (tx) => room().evidence.joinCase(tx, joined, caseId));
    await asked({ caseId });
    const { rows } = await db.as(officer, (tx) => requestsOf(tx, caseId));
    expect(rows.map(({ caseSeq }) => caseSeq)).toEqual([1, 2, null]);
    for (const change of [`case_id = '${OTHER_CASE}'`, 'case_id = NULL', 'case_seq = 9'])
      await expect(
        database.admin.query(`UPDATE evidence_package SET ${change} WHERE case_id = $1 AND case_seq = 1`, [caseId]),
      ).rejects.toThrow('stays where its case counted it');
  });

  it('a number whose package is out of sight is named', async () => {
    const caseId = '00000000-0000-4000-8000-00000000ca04';
    play = ends('failed', 'noAnswerInTime', {});
    await captured({ caseId });
    await asked({ caseId, divisionCode: '141123' }, elsewhere);
    await asked({ caseId });
    const { last, missing, rows } = await db.as(officer, (tx) => requestsOf(tx, caseId));
    expect({ last, missing }).toEqual({ last: 3, missing: [2] });
    expect(rows.map(({ caseSeq, state }) => [caseSeq, state])).toEqual([
      [1, 'failed'],
      [3, 'requested'],
    ]);
  });
});

describe('what the manifest says that nobody measured', () => {
  it('personal data: there may be some, unless the officers said that there can be none', async () => {
    expect((await asked()).request.personalData).toBe(true);
    expect((await asked({ personalData: false })).request.personalData).toBe(false);
  });

  it('repeats: earlier evidence of the same address and case goes with the order, failures and others do not', async () => {
    const [url, caseId] = ['http://again.test/', '00000000-0000-4000-8000-00000000ca05'];
    const first = await captured({ url, caseId });
    await captured({ url });
    await captured({ url: 'http://again.test/other', caseId });
    play = ends('failed', 'noAnswerInTime', {});
    await captured({ url, caseId });
    play = () => Promise.resolve();
    const last = await captured({ url, caseId });
    const { manifestSha256 } = await rowOf(first);
    expect(orders.find(({ packageId }) => packageId === last)!.related).toEqual([{ rel: 'repeats', id: first, manifestSha256 }]);
    expect(orders.find(({ packageId }) => packageId === first)!.related).toEqual([]);
  });
});
