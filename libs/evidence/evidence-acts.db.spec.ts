import { createHash, randomUUID } from 'node:crypto';
import { readdirSync, renameSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { systemClaims } from '../platform';
import { someClaims } from '../platform/testing';
import { bytesSource, generateKey, parseTrustBundle, readContainer, verifyPackage } from '../proof';
import { aManifest, testKeys } from '../proof/testing';
import { CHECKLIST } from './domain/checklist';
import { signCheckpoint } from './testing/a-disposal';
import { LifeWorld, people } from './testing/life-world';
import { signReceipt } from './worker/receipt-manifest';

let world: LifeWorld;
beforeAll(async () => (world = await LifeWorld.open()));
afterAll(() => world?.close());
beforeEach(() => world.keeps(null));

const types = async (id: string) => (await world.chain(id)).map(({ type }) => type);
const second = { secondOfficerId: people.two.id };
const sealing = { medium: '一次性写入光盘', copies: 2, sealNumber: 'F-0001', secondOfficerId: people.one.id };

async function reviewed(id: string): Promise<string> {
  for (const who of ['one', 'two'] as const) expect((await world.act(who, id, 'review')).status).toBe(200);
  return id;
}

async function confirmed(): Promise<string> {
  const id = await reviewed(await world.stamped());
  const paperUploadId = await world.upload('one');
  const said = await world.act('one', id, 'confirm', { ...second, personName: '当事人庚', personRole: '经营者', paperUploadId });
  expect(said).toMatchObject({ status: 200, body: { state: 'confirmed' } });
  return id;
}

async function sealedPackage(): Promise<string> {
  const id = await confirmed();
  await world.call('one', 'POST', `/captures/${id}/verifications`);
  expect(await world.act('two', id, 'seal', sealing)).toMatchObject({ status: 200, body: { state: 'sealed' } });
  return id;
}

async function disposalOf(id: string, what: 'returned' | 'destroyed', approvers: ('head' | 'legal')[]): Promise<string> {
  const asked = await world.call('one', 'POST', `/captures/${id}/disposals`, {
    what,
    reason: '保管期满',
    legalBasis: '程序规定',
  });
  expect(asked.status).toBe(201);
  const order = `/captures/${id}/disposals/${asked.body['id']}/approvals`;
  for (const who of approvers) expect((await world.call(who, 'POST', order, { opinion: '同意' })).status).toBe(201);
  return order;
}

describe('review, confirmation and refusal', () => {
  it('availableActions tells what this officer may do, by state, permission and what he has done', async () => {
    const id = await world.stamped();
    const actions = async (who: 'one' | 'clerk' | 'reader' | 'head') =>
      (await world.call(who, 'GET', `/captures/${id}`)).body['availableActions'];
    expect(await actions('one')).toEqual(['review', 'confirm', 'noteRefusal', 'withdraw']);
    expect(await actions('clerk')).toEqual([]);
    expect(await actions('reader')).toEqual([]);
    expect(await actions('head')).toEqual(['hold']);
    await world.act('one', id, 'review');
    expect(await actions('one')).not.toContain('review');
    expect(await world.act('one', id, 'review')).toMatchObject({ status: 409, body: { code: 'evidence.reviewedAlready' } });
    expect(await world.act('clerk', id, 'review')).toMatchObject({ status: 403, body: { code: 'evidence.certificateMissing' } });
    expect(await world.act('reader', id, 'confirm')).toMatchObject({ status: 403, body: { code: 'platform.forbidden' } });
  });

  it('S002 20 the party confirms on a signed paper, which stands in the chain and in every later export', async () => {
    const id = await reviewed(await world.stamped());
    const paper = Buffer.from(`%PDF-1.7 signed ${randomUUID()}`);
    const paperUploadId = await world.upload('one', paper, '确认书.pdf');
    const answers = { ...second, personName: '当事人庚', personRole: '经营者', witness: '见证人辛', paperUploadId };
    expect(await world.act('one', id, 'confirm', answers)).toMatchObject({ status: 200, body: { state: 'confirmed' } });
    const chain = await world.chain(id);
    expect(chain.map(({ type }) => type).slice(-2)).toEqual(['attestation.added', 'evidence.confirmed']);
    expect(chain.at(-1)!.event).toMatchObject({
      by: { role: '经营者', name: '当事人庚' },
      form: createHash('sha256').update(paper).digest('hex'),
      ways: ['partyConfirmation'],
      officers: [{ certificate: 'C-1001' }, { certificate: 'C-1002' }],
    });
    const inside = await readContainer(bytesSource(await world.export(id)));
    expect(inside.entries.map(({ path }) => path)).toContain('attachments/001.pdf');
  });

  it('S002 22 a refusal of the party is noted with its reason, and the evidence goes on', async () => {
    const id = await reviewed(await world.stamped());
    const paperUploadId = await world.upload('one');
    const answers = { ...second, personName: '当事人庚', personRole: '经营者', paperUploadId };
    expect(await world.act('one', id, 'noteRefusal', answers)).toMatchObject({
      status: 422,
      body: { code: 'evidence.answersMissing', missing: ['reason'] },
    });
    expect(await world.act('one', id, 'noteRefusal', { ...answers, reason: '认为页面系他人篡改' })).toMatchObject({
      status: 200,
      body: { state: 'confirmed' },
    });
    expect((await world.chain(id)).at(-1)).toMatchObject({ type: 'evidence.refused', event: { ways: ['partyRefusal'] } });
  });

  it.each([
    ['without a second officer', {}, 'evidence.secondOfficerSame'],
    ['with himself as the second', { secondOfficerId: people.one.id }, 'evidence.secondOfficerSame'],
    ['with somebody who has no certificate', { secondOfficerId: people.clerk.id }, 'officers.pairRequired'],
    ['with somebody who has not reviewed it', { secondOfficerId: people.three.id }, 'evidence.notReviewed'],
    ['without the signed paper', { ...second, paperUploadId: undefined }, 'evidence.paperMissing'],
    ['with the paper of another', { ...second, paperUploadId: randomUUID() }, 'evidence.uploadNotFound'],
  ])('F29 nobody records a confirmation %s, and then nothing is written', async (_what, changes, code) => {
    const id = await reviewed(await world.stamped());
    const before = await types(id);
    const paperUploadId = await world.upload('one');
    const answers = { personName: '当事人庚', personRole: '经营者', paperUploadId, ...changes };
    expect((await world.act('one', id, 'confirm', answers)).body).toMatchObject({ code });
    expect([await types(id), (await world.row(id)).state]).toEqual([before, 'stamped']);
  });

  it('I-11 the same act again changes nothing; another answer is another act and is refused', async () => {
    const id = await reviewed(await world.stamped());
    const paperUploadId = await world.upload('one');
    const answers = { ...second, personName: '当事人庚', personRole: '经营者', paperUploadId };
    const [first, again] = [await world.act('one', id, 'confirm', answers), await world.act('one', id, 'confirm', answers)];
    expect([first.status, again.status]).toEqual([200, 200]);
    expect((await types(id)).filter((type) => type === 'evidence.confirmed')).toHaveLength(1);
    expect((await types(id)).filter((type) => type === 'attestation.added')).toHaveLength(1);
    expect(await world.act('one', id, 'confirm', { ...answers, personName: '另一人' })).toMatchObject({
      status: 409,
      body: { code: 'evidence.illegalTransition' },
    });
  });

  it('two officers at the same moment make one confirmation', async () => {
    const id = await reviewed(await world.stamped());
    const answersOf = async (who: 'one' | 'two') => ({
      secondOfficerId: people[who === 'one' ? 'two' : 'one'].id,
      personName: '当事人庚',
      personRole: '经营者',
      paperUploadId: await world.upload(who),
    });
    const given = [await answersOf('one'), await answersOf('two')];
    const answers = await Promise.all([world.act('one', id, 'confirm', given[0]), world.act('two', id, 'confirm', given[1])]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409]);
    expect((await types(id)).filter((type) => type === 'evidence.confirmed')).toHaveLength(1);
  });
});

describe('sealing', () => {
  it('is refused while an M item of the checklist is missing, and names each', async () => {
    const id = await confirmed();
    const refused = await world.act('two', id, 'seal', sealing);
    expect(refused).toMatchObject({ status: 409, body: { code: 'evidence.checklistIncomplete' } });
    expect((refused.body['missing'] as { id: string }[]).map((item) => item.id)).toEqual(['keep.verify']);
    await world.call('one', 'POST', `/captures/${id}/verifications`);
    expect(await world.act('two', id, 'seal', sealing)).toMatchObject({ status: 200, body: { state: 'sealed' } });
    expect((await world.chain(id)).at(-1)).toMatchObject({ type: 'evidence.sealed', event: { copies: 2, sealNumber: 'F-0001' } });
  });

  it('is refused while nobody outside confirmed the clock: that does not stop the fixation, and the seal it does', async () => {
    const { time } = aManifest({});
    const clock = { ...time.clock, status: 'unverified' as const, source: [], offsetMs: null, uncertaintyMs: null };
    const id = await reviewed(await world.stamped({ time: { ...time, clock } }));
    const paperUploadId = await world.upload('one');
    await world.act('one', id, 'confirm', { ...second, personName: '当事人庚', personRole: '经营者', paperUploadId });
    await world.call('one', 'POST', `/captures/${id}/verifications`);
    const refused = await world.act('two', id, 'seal', sealing);
    expect((refused.body['missing'] as { id: string }[]).map((item) => item.id)).toEqual(['when.clock']);
    expect((await world.row(id)).state).toBe('confirmed');
  });

  it('S002 17(2): a request with a statement is answered with it, and an unfit one is refused by field', async () => {
    const ask = (statement: object, more: object = {}) =>
      world.call('one', 'POST', '/captures', {
        url: 'http://bare.test/',
        profile: 'desktop',
        purpose: '核查亮照情况',
        factToProve: '网页未公示营业执照信息',
        place: '当事人经营场所',
        secondOfficerId: people.two.id,
        statement,
        ...more,
      });
    const statement = { scene: 'onSite', holder: 'present', holderName: '当事人庚', entry: '扫描店内二维码' };
    expect(await ask(statement)).toMatchObject({ status: 202, body: { statement } });
    const refused = await ask({ scene: 'onSite', holder: 'absent', holderName: ' ' });
    expect(refused).toMatchObject({ status: 422, body: { code: 'evidence.statementIncomplete' } });
    expect(refused.body['missing']).toEqual([expect.objectContaining({ item: 'who.witness', field: 'witness' })]);
    for (const unfit of [
      {},
      { scene: 'elsewhere' },
      { scene: 'remote', more: 1 },
      { scene: 'remote', entry: ['a'] },
      [],
      [statement],
    ])
      expect((await ask(unfit)).status).toBe(422);
  });

  it('is another officer’s act than the confirmation, and needs medium, copies and seal number', async () => {
    const id = await confirmed();
    await world.call('one', 'POST', `/captures/${id}/verifications`);
    expect((await world.act('one', id, 'seal', { ...sealing, ...second })).body['code']).toBe('evidence.secondOfficerSame');
    expect((await world.act('two', id, 'seal', { secondOfficerId: people.one.id })).body).toMatchObject({
      code: 'evidence.answersMissing',
      missing: ['medium', 'copies', 'sealNumber'],
    });
  });

  it('every line of the checklist is answered, and life shows it', async () => {
    const id = await sealedPackage();
    const { body } = await world.call('one', 'GET', `/captures/${id}/life`);
    expect(body['checklist']).toHaveLength(CHECKLIST.length);
    const line = (item: string) => (body['checklist'] as { id: string }[]).find(({ id: one }) => one === item);
    expect(line('keep.medium')).toMatchObject({ state: 'met', known: 'officers', mark: 'F' });
    expect(line('how.pdf')).toMatchObject({
      state: 'met',
      known: 'machine',
      files: ['content/page.pdf'],
      sources: [{ law: '电子商务信用管理制度', article: '21', mark: 'F' }],
    });
    await world.export(id);
    expect(world.printed.at(-1)!.checklist.find((one) => one.id === 'keep.medium')).toMatchObject({ state: 'met' });
    expect((body['acts'] as { action: string }[]).map(({ action }) => action)).toEqual(['review', 'review', 'confirm', 'seal']);
    expect(body['attachments']).toEqual([expect.objectContaining({ n: 1, role: 'confirmation', title: '签字扫描件.pdf' })]);
  });
});

describe('hand-over, return, disposal', () => {
  it('hands over with a receipt, and names receiver, basis and the last export', async () => {
    const id = await sealedPackage();
    await world.export(id);
    const answers = { ...second, personName: '县公安局网安大队', reason: '涉嫌犯罪移送', legalBasis: '程序规定17' };
    expect((await world.act('one', id, 'transfer', answers)).body['code']).toBe('evidence.paperMissing');
    const paperUploadId = await world.upload('one', undefined, '移送回执.pdf');
    expect(await world.act('one', id, 'transfer', { ...answers, paperUploadId })).toMatchObject({
      status: 200,
      body: { state: 'transferred' },
    });
    expect((await world.chain(id)).at(-1)!.event).toMatchObject({ n: 1, to: '县公安局网安大队', legalBasis: '程序规定17' });
  });

  it('a copy for somebody is told in the chain when it is fetched first, and once; the agency’s own leaves no such entry', async () => {
    const id = await world.stamped();
    const fetched = async (order: string) =>
      expect(await world.call('one', 'GET', `/exports/${order}/file`)).toMatchObject({ status: 200 });
    const copies = async () => (await world.chain(id)).filter(({ type }) => type === 'evidence.copied');
    await fetched(await world.exported(id));
    const order = await world.exported(id, {
      recipient: '某某科技有限公司',
      ground: '个人信息保护法第二十五条',
      withheld: ['content/text.txt'],
    });
    expect(await copies()).toEqual([]);
    await fetched(order);
    await fetched(order);
    expect(await copies()).toEqual([
      {
        type: 'evidence.copied',
        event: expect.objectContaining({
          n: 2,
          to: '某某科技有限公司',
          legalBasis: '个人信息保护法第二十五条',
          withheld: ['content/text.txt'],
          sealSha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
        }) as object,
      },
    ]);
  });

  it('F30 refuses disposal without order, with one approval, with the asker as approver, on hold, and while it must be kept', async () => {
    const id = await sealedPackage();
    const dispose = () => world.act('one', id, 'dispose', { reason: '保管期满销毁' });
    expect((await dispose()).body).toMatchObject({ code: 'evidence.disposalNotOrdered', approvals: 0 });
    const order = await disposalOf(id, 'destroyed', ['head']);
    expect((await dispose()).body).toMatchObject({ code: 'evidence.disposalNotOrdered', approvals: 1 });
    expect((await world.call('head', 'POST', order, { opinion: '再次同意' })).body['code']).toBe('evidence.approvedAlready');
    expect((await world.call('one', 'POST', order, { opinion: '同意' })).status).toBe(403);
    expect((await world.call('legal', 'POST', order, { opinion: '同意' })).body).toMatchObject({ given: true });
    world.keeps({ because: 'until', until: '2056-11-28' });
    expect((await dispose()).body).toMatchObject({ code: 'evidence.retentionRunning', until: '2056-11-28' });
    world.keeps(null);
    await world.act('head', id, 'hold', { reason: '行政诉讼期间' });
    expect((await dispose()).body['code']).toBe('evidence.legalHold');
    await world.act('head', id, 'release', { reason: '诉讼终结' });
    expect((await world.row(id)).state).toBe('sealed');
    expect(await dispose()).toMatchObject({ status: 200, body: { state: 'disposed', availableActions: [] } });
    expect((await world.chain(id)).at(-1)).toMatchObject({
      type: 'evidence.disposed',
      event: { what: 'destroyed', approvals: [{ by: people.head.id }, { by: people.legal.id }] },
    });
    expect((await world.call('one', 'GET', `/captures/${id}/files/content/page.pdf`)).body['code']).toBe('evidence.notFixed');
  });

  it('F30 tells what was destroyed and when, here and in the list of files, and refuses what would need the bytes', async () => {
    const id = await sealedPackage();
    await world.export(id);
    await disposalOf(id, 'destroyed', ['head', 'legal']);
    expect((await world.act('one', id, 'dispose', { reason: '保管期满销毁' })).status).toBe(200);
    const get = (path: string) => world.call('one', 'GET', `/captures/${id}/${path}`);
    expect((await get('life')).body['destruction']).toBeNull();
    await world.run(() => world.worker().sequencer.placeAll());
    const { requestedAt } = await world.row(id);
    await signCheckpoint(world.database.admin, `aj.test/evidence/${requestedAt.getUTCFullYear()}`, world.clock.now());
    const old = new Date(Date.now() - 2 * 86_400_000);
    for await (const { sha256 } of world.worker().blobs.list())
      utimesSync(join(world.root, 'blobs', sha256.slice(0, 2), sha256.slice(2, 4), sha256), old, old);
    await world.run(() => world.worker().destroyer.run(id));

    const at = world.clock.now().toISOString();
    const { status, body } = await get('life');
    expect([status, body['checklist']]).toEqual([200, []]);
    expect(body['destruction']).toMatchObject({ finishedAt: at, seals: [1] });
    const blobs = body['destruction'].blobs as { paths: string[]; outcome: string; doneAt: string; holder?: string }[];
    const ends = new Map(blobs.flatMap(({ paths, outcome }) => paths.map((path) => [path, outcome])));
    expect(ends.get('export 1')).toBe('destroyed');
    expect(ends.get('attachments/001.pdf')).toBe('destroyed');
    expect(ends.get('content/screen/first.png')).toBe('shared'); // the other packages of this file show the same
    expect(blobs.every(({ doneAt, holder }) => doneAt === at && holder === undefined)).toBe(true);
    const files = (await get('files')).body as unknown as { path: string; destroyedAt: string | null }[];
    const goneAt = (path: string) => files.find((file) => file.path === path)!.destroyedAt;
    expect([goneAt('record/request.json'), goneAt('MANIFEST.sig'), goneAt('content/screen/first.png')]).toEqual([at, null, null]);
    const destroyed = { status: 410, body: { code: 'evidence.destroyed', at } };
    for (const path of ['files/content/page.pdf', 'attachments/1', 'exchanges', 'exchanges/1/bodies/response', 'certificates'])
      expect([path, await get(path)]).toMatchObject([path, destroyed]);
    expect(await world.call('one', 'POST', `/captures/${id}/verifications`)).toMatchObject(destroyed);
    expect(await world.call('one', 'POST', `/captures/${id}/exports`, { purpose: '移送' })).toMatchObject(destroyed);
    expect((await world.run(() => world.worker().fsck.run())).faults).toEqual([]);
  });

  it('F30 the database itself refuses disposal without two approvals, an asker who approves, and moves that are none', async () => {
    const id = await sealedPackage();
    const { admin } = world.database;
    const dispose = `UPDATE evidence_package SET state = 'disposed' WHERE id = $1`;
    await expect(admin.query(dispose, [id])).rejects.toThrow('by order only');
    const order = await disposalOf(id, 'returned', ['head']);
    await expect(admin.query(dispose, [id])).rejects.toThrow('by order only');
    await expect(
      admin.query(`INSERT INTO evidence_disposal_approval VALUES ($1, $2, now(), 'x')`, [order.split('/')[4], people.one.id]),
    ).rejects.toThrow('does not approve');
    const { source } = await world.database.as('nms_api');
    await source.transaction(async (tx) => {
      await tx.query(`SELECT set_config('nms.actor', 'a', true), set_config('nms.scope', 'system', true)`);
      await expect(tx.query(`UPDATE evidence_package SET state = 'fixed' WHERE id = $1`, [id])).rejects.toThrow('does not go');
    });
  });

  it('F30 nobody deletes or rewrites the event of an entry', async () => {
    await world.stamped();
    for (const role of ['nms_api', 'nms_worker', 'nms_ledger'] as const) {
      const { source } = await world.database.as(role);
      for (const sql of ['DELETE FROM ledger_body', `UPDATE ledger_body SET json = ''`])
        await expect(source.query(sql)).rejects.toThrow('permission denied');
    }
  });

  it('F09 fsck names a state that no entry proves, and a signed paper whose bytes are gone', async () => {
    const id = await confirmed();
    const { admin } = world.database;
    const faults = async () => (await world.run(() => world.worker().fsck.run())).faults;
    expect(await faults()).toEqual([]);
    await admin.query(`UPDATE evidence_package SET state = 'sealed' WHERE id = $1`, [id]);
    expect(await faults()).toEqual([`STATE_WITHOUT_PROOF ${id} sealed`]);
    await admin.query(`UPDATE evidence_package SET state = 'confirmed' WHERE id = $1`, [id]);
    const [paper] = await admin.query<{ sha256: string }[]>('SELECT sha256 FROM evidence_attachment WHERE package_id = $1', [id]);
    const path = join(world.root, 'blobs', paper!.sha256.slice(0, 2), paper!.sha256.slice(2, 4), paper!.sha256);
    renameSync(path, `${path}.away`);
    expect(await faults()).toEqual([`FILE_DIGEST attachments/001.pdf ${id}`]);
    expect((await world.call('one', 'POST', `/captures/${id}/verifications`)).body['verdict']).toBe('FAILED');
    renameSync(`${path}.away`, path);
    expect(await faults()).toEqual([]);
  });

  it('gives back by order and against a receipt', async () => {
    const id = await sealedPackage();
    const answers = { personName: '当事人庚', reason: '案件终结退还' };
    expect((await world.act('one', id, 'giveBack', answers)).body['code']).toBe('evidence.disposalNotOrdered');
    await disposalOf(id, 'returned', ['legal', 'head']);
    expect((await world.call('one', 'GET', `/captures/${id}`)).body['availableActions']).toContain('giveBack');
    const paperUploadId = await world.upload('one');
    expect(await world.act('one', id, 'giveBack', { ...answers, paperUploadId })).toMatchObject({ body: { state: 'disposed' } });
    expect((await world.chain(id)).at(-1)).toMatchObject({
      type: 'evidence.disposed',
      event: { what: 'returned', to: '当事人庚' },
    });
  });

  it('withdraws with two officers; what corrects it is another fixed package, and nothing else is done with it any more', async () => {
    const [id, better] = [await world.stamped(), await world.stamped()];
    const answers = { ...second, reason: '取证地址有误', correctedById: better };
    expect((await world.act('one', id, 'withdraw', { ...answers, correctedById: id })).body['code']).toBe('evidence.notFixed');
    expect(await world.act('one', id, 'withdraw', answers)).toMatchObject({
      status: 200,
      body: { state: 'stamped', correctedBy: better, availableActions: [] },
    });
    const { manifestSha256 } = await world.row(better);
    expect((await world.chain(id)).at(-1)).toMatchObject({
      type: 'evidence.withdrawn',
      event: { correctedBy: { id: better, manifestSha256 } },
    });
    expect((await world.act('one', id, 'review')).body).toMatchObject({ code: 'evidence.withdrawn', correctedBy: better });
  });

  it('I-12 no act changes manifest, token or entry of fixation, in the database, the blob store or an export', async () => {
    const id = await reviewed(await world.stamped());
    const look = async () => {
      const { admin } = world.database;
      const [row] = await admin.query<object[]>(
        'SELECT manifest_sha256, manifest_sm3, sig_sha256, fixed_at FROM evidence_package WHERE id = $1',
        [id],
      );
      const tokens = await admin.query('SELECT token_sha256, token FROM evidence_stamp WHERE package_id = $1', [id]);
      const entry = await admin.query(
        `SELECT entry, entry_sha256 FROM ledger_entry WHERE subject = $1 AND type = 'evidence.fixed'`,
        [id],
      );
      const files = await admin.query<{ packageId: string; path: string; sha256: string; size: number }[]>(
        'SELECT package_id AS "packageId", path, sha256, size::int FROM evidence_file WHERE package_id = $1 ORDER BY path',
        [id],
      );
      const { content } = world.worker();
      const blobs: string[] = [];
      for (const file of files) blobs.push((await content.bytes(file)).toString('hex'));
      return { row, tokens, entry, files, blobs };
    };
    const sealOf = async (evp: Uint8Array) => {
      const { entries } = await readContainer(bytesSource(evp));
      const read = entries.map(
        async ({ path, source }) => [path, Buffer.from(await source.read(0, source.size)).toString('hex')] as const,
      );
      return new Map(await Promise.all(read));
    };
    const [before, firstExport] = [await look(), await sealOf(await world.export(id))];
    const paperUploadId = await world.upload('one');
    await world.act('one', id, 'confirm', { ...second, personName: '当事人庚', personRole: '经营者', paperUploadId });
    await world.call('one', 'POST', `/captures/${id}/verifications`);
    await world.act('two', id, 'seal', sealing);
    await world.act('one', id, 'transfer', {
      ...second,
      personName: '公安',
      reason: '移送',
      legalBasis: 'x',
      paperUploadId: await world.upload('one'),
    });
    expect((await world.row(id)).state).toBe('transferred');
    expect(await look()).toEqual(before);
    const later = await sealOf(await world.export(id));
    for (const path of firstExport.keys())
      if (/^(MANIFEST|content|record|proofs\/manifest)/.test(path))
        expect([path, later.get(path)]).toEqual([path, firstExport.get(path)]);
    expect((await world.run(() => world.worker().fsck.run())).faults).toEqual([]);
  });
});

describe('received files and attestations', () => {
  const receipt = (uploadIds: string[], changes: object = {}) => ({
    uploadIds,
    sender: '某电商平台协查专员',
    receivedAt: new Date(Date.now() - 3_600_000).toISOString(),
    ground: '协助调查函复函',
    purpose: '调取交易记录',
    factToProve: '销售数量和金额',
    place: '网监股办公室',
    secondOfficerId: people.two.id,
    ...changes,
  });

  async function imported(bytes = Buffer.from('订单,金额\n1,99\n'), name = '../../etc/passwd'): Promise<string> {
    const answer = await world.call('one', 'POST', '/evidence-imports', receipt([await world.upload('one', bytes, name)]));
    expect(answer).toMatchObject({
      status: 202,
      body: { kind: 'import', state: 'requested', received: { sender: '某电商平台协查专员' } },
    });
    const id = String(answer.body['id']);
    await world.run(() => world.worker().receipts.run(id));
    return id;
  }

  const verified = async (evp: Uint8Array) => {
    const bundle = parseTrustBundle(new Uint8Array(Buffer.from(JSON.stringify(world.worker().content.trust()))));
    return verifyPackage({ form: 'file', source: bytesSource(evp) }, bundle, {
      at: world.clock.now(),
      level: 2,
      checkpoints: [],
    });
  };

  it('I-09 an import is requested in the ledger, fixed under the key for received files, stamped, exported, verified', async () => {
    const id = await imported();
    expect(await world.row(id)).toMatchObject({ state: 'fixed', kind: 'import', manifestSha256: expect.any(String) });
    expect(await types(id)).toEqual(['job.requested', 'job.started', 'evidence.fixed']);
    await world.run(() => world.worker().stamper.stamp(id));
    const evp = await world.export(id);
    const { entries } = await readContainer(bytesSource(evp));
    expect(entries.map(({ path }) => path)).toEqual(
      expect.arrayContaining([
        'content/original/001.txt',
        'record/request.json',
        'proofs/manifest.sha256.tsr',
        'report/report.pdf',
      ]),
    );
    const report = await verified(evp);
    expect(report.reasons.filter(({ step }) => ['V0', 'V1', 'V2', 'V3', 'V4'].includes(step))).toEqual([]);
    expect(report.level).toBeGreaterThanOrEqual(2);
    expect((await world.run(() => world.worker().fsck.run())).faults).toEqual([]);
    expect((await world.call('one', 'POST', `/captures/${id}/verifications`)).body['verdict']).toBe('PASSED');
  });

  it('keeps a hostile name in the manifest only; no path, no ledger entry and no request record holds it', async () => {
    const id = await imported(Buffer.from(`%PDF-1.7 ${randomUUID()}`), '..\\..\\<script>&"订单".exe');
    const { content } = world.worker();
    const text = (path: string) => world.db.as(systemClaims('worker'), (tx) => content.text(tx, id, path));
    expect(JSON.parse((await text('MANIFEST.json'))!)).toMatchObject({
      kind: 'import',
      environment: null,
      files: expect.arrayContaining([
        expect.objectContaining({
          path: 'content/original/001.pdf',
          title: '..\\..\\<script>&"订单".exe',
          mediaType: 'application/pdf',
        }),
      ]),
    });
    expect(await text('record/request.json')).not.toContain('script');
    const entries = await world.database.admin.query<{ entry: Buffer }[]>('SELECT entry FROM ledger_entry WHERE subject = $1', [
      id,
    ]);
    for (const { entry } of entries) expect(entry.toString()).not.toMatch(/script|协查|订单/);
  });

  it('F15 what is received is never signed as a capture, by no key, and a capture never with the key for received files', async () => {
    const received = aManifest(
      { 'content/original/001.txt': new Uint8Array([1]) },
      { kind: 'import', environment: null, navigation: null },
    );
    await expect(signReceipt({ ...received, kind: 'web_capture' }, testKeys.importer)).rejects.toThrow(
      'not signed as a received file',
    );
    const page = aManifest(
      { 'content/capture.wacz': new Uint8Array([1]) },
      { kind: 'import', environment: null, navigation: null },
    );
    await expect(signReceipt(page, testKeys.importer)).rejects.toThrow('not signed as a received file');
    // A worker that signs an import with the capture's key makes nothing that anybody accepts.
    const id = await imported();
    const evp = await world.export(id);
    const bundle = world.worker().content.trust();
    const swapped = {
      ...bundle,
      signers: bundle.signers.map((signer) =>
        signer.vkey === testKeys.importer.vkey ? { ...signer, roles: ['worker' as const] } : signer,
      ),
    };
    const report = await verifyPackage({ form: 'file', source: bytesSource(evp) }, swapped, {
      at: world.clock.now(),
      level: 2,
      checkpoints: [],
    });
    expect(report.verdict).not.toBe('PASSED');
    expect(report.reasons.map(({ step }) => step)).toContain('V3');
  });

  it('F15 the worker refuses a key that the trust bundle does not name for received files', async () => {
    const { receipts } = world.worker();
    (receipts as unknown as { key: () => unknown }).key = () => generateKey('aj.test/import-9');
    const answer = await world.call('one', 'POST', '/evidence-imports', receipt([await world.upload('one')]));
    const id = String(answer.body['id']);
    for (const _ of [1, 2]) await expect(world.run(() => receipts.run(id))).rejects.toThrow('not a key for received files');
    await world.run(() => receipts.run(id));
    expect(await world.row(id)).toMatchObject({ state: 'failed', manifestSha256: null });
    expect((await types(id)).at(-1)).toBe('job.failed');
  });

  it('S002 22 a notary’s statement is a package of its own, joined to what it confirms, in list, chain, export and report', async () => {
    const about = await world.stamped();
    const bytes = Buffer.from(`%PDF-1.7 notary ${randomUUID()}`);
    const body = { ...receipt([await world.upload('one', bytes, '公证书.pdf')]), way: 'notary', sender: '交城县公证处' };
    const answer = await world.call('one', 'POST', `/captures/${about}/attestations`, body);
    expect(answer).toMatchObject({ status: 202, body: { kind: 'attestation', aboutId: about, way: 'notary' } });
    const id = String(answer.body['id']);
    for (const _ of [1, 2]) await world.run(() => world.worker().receipts.run(id)); // delivered twice: one package
    expect((await types(id)).filter((type) => type === 'evidence.fixed')).toHaveLength(1);
    await world.run(() => world.worker().stamper.stamp(id));
    const { manifestSha256 } = await world.row(about);
    const text = await world.db.as(systemClaims('worker'), (tx) => world.worker().content.text(tx, id, 'MANIFEST.json'));
    expect(JSON.parse(text!)).toMatchObject({ kind: 'attestation', related: [{ rel: 'answers', id: about, manifestSha256 }] });
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    expect((await world.chain(about)).at(-1)).toMatchObject({
      type: 'attestation.added',
      event: { attestation: id, blob: sha256, role: 'notary' },
    });
    const listed = await world.call('one', 'GET', `/captures?aboutId=${about}&kind=attestation`);
    expect((listed.body['items'] as { id: string }[]).map((item) => item.id)).toEqual([id]);
    const evp = await world.export(about);
    expect((await readContainer(bytesSource(evp))).entries.map(({ path }) => path)).toContain('attachments/001.pdf');
    expect((await verified(evp)).reasons.filter(({ step }) => ['V0', 'V1', 'V2', 'V3', 'V6'].includes(step))).toEqual([]);
    expect((await verified(await world.export(id))).level).toBeGreaterThanOrEqual(2);
    expect(world.printed.find(({ manifest }) => manifest.id === about)!.attestations).toEqual([
      expect.objectContaining({ way: 'notary', by: '交城县公证处', sha256 }),
    ]);
  });

  it.each([
    ['one officer twice', { secondOfficerId: people.one.id }, 'officers.pairRequired'],
    ['an officer without certificate', { secondOfficerId: people.clerk.id }, 'officers.pairRequired'],
    ['a time that has not come', { receivedAt: '2099-01-01T00:00:00.000Z' }, 'evidence.receivedLater'],
    ['the upload of another', { uploadIds: [randomUUID()] }, 'evidence.uploadNotFound'],
  ])('F29 refuses an import with %s, and writes nothing', async (_what, changes, code) => {
    const [{ n }] = await world.database.admin.query<[{ n: string }]>('SELECT count(*) AS n FROM ledger_entry');
    const body = receipt([await world.upload('one')], changes);
    expect((await world.call('one', 'POST', '/evidence-imports', body)).body).toMatchObject({ code });
    expect((await world.database.admin.query<[{ n: string }]>('SELECT count(*) AS n FROM ledger_entry'))[0].n).toBe(n);
  });

  it('stops at the size limit whatever was announced, keeps nothing of it, and tells types by content', async () => {
    const put = (bytes: Buffer, name = 'a.pdf', id = randomUUID()) =>
      world.call('one', 'PUT', `/evidence-uploads/${id}?name=${encodeURIComponent(name)}`, bytes);
    expect(await put(Buffer.alloc(300_001, 1))).toMatchObject({
      status: 413,
      body: { code: 'evidence.uploadTooLarge', limitBytes: 300_000 },
    });
    expect(readdirSync(join(world.root, 'blobs', 'staging'))).toEqual([]);
    expect((await put(Buffer.alloc(0))).status).toBeGreaterThanOrEqual(400);
    expect((await put(Buffer.from('x'), 'a\u202ecod.exe')).body['code']).toBe('evidence.uploadNameUnfit');
    expect((await put(Buffer.from([0xff, 0xd8, 0xff, 0xe0]), 'x.pdf')).body).toMatchObject({ mediaType: 'image/jpeg' });
    expect((await put(Buffer.from('MZ\u0000\u0001'), 'x.pdf')).body).toMatchObject({ mediaType: 'application/octet-stream' });
    const id = randomUUID();
    expect((await put(Buffer.from('one'), 'a.txt', id)).status).toBe(200);
    expect((await put(Buffer.from('one'), 'a.txt', id)).status).toBe(200);
    expect((await put(Buffer.from('two'), 'a.txt', id)).body['code']).toBe('evidence.uploadChanged');
    const other = await world.call('two', 'PUT', `/evidence-uploads/${id}?name=a.txt`, Buffer.from('one'));
    expect(other.body['code']).toBe('evidence.uploadChanged');
  });
});

describe('who sees it, and what is recorded', () => {
  const TABLES = [
    'evidence_act',
    'evidence_attachment',
    'evidence_disposal',
    'evidence_disposal_approval',
    'evidence_original',
    'evidence_upload',
  ];

  it('nothing of a package is seen, or can be told to exist, from the county beside', async () => {
    const id = await sealedPackage();
    await disposalOf(id, 'returned', ['head']);
    for (const url of [`/captures/${id}`, `/captures/${id}/life`, `/captures/${id}/attachments/1`])
      expect((await world.call('neighbour', 'GET', url)).status).toBe(404);
    expect((await world.act('neighbour', id, 'hold', { reason: '试探' })).status).toBe(404);
    const unknown = await world.act('neighbour', 'ev_01KAMJ9ZQ8X4T5V6W7Y8Z9ABCD', 'hold', { reason: '试探' });
    expect(unknown).toMatchObject({ status: 404, body: { code: 'evidence.notFound' } });
    const claims = someClaims({ actor: people.neighbour.id, division: '141121' });
    for (const table of TABLES)
      expect([table, await world.db.as(claims, (tx) => tx.query(`SELECT FROM ${table}`))]).toEqual([table, []]);
    await expect(
      world.db.as(claims, (tx) =>
        tx.query(`INSERT INTO evidence_act VALUES (gen_random_uuid(), $1, 'hold', now(), 'x', NULL, '{}')`, [id]),
      ),
    ).rejects.toThrow('row-level security');
  });

  it.each(TABLES)('%s is insert-only, for a superuser too', async (table) => {
    for (const sql of [`DELETE FROM ${table}`, `TRUNCATE ${table} CASCADE`])
      await expect(world.database.admin.query(sql)).rejects.toThrow('insert-only');
  });

  it('C4: what a case asked for is shown by its numbers, and every attempt at an address; another county sees neither', async () => {
    const caseId = '00000000-0000-4000-8000-00000000ca5e';
    const ask = async (more: object = {}) =>
      world.call('one', 'POST', '/captures', {
        url: 'http://counted.test/',
        profile: 'desktop',
        purpose: '核查亮照情况',
        factToProve: '网页未公示营业执照信息',
        place: '网监股办公室',
        caseId,
        ...second,
        ...more,
      });
    const [first, other] = [await ask(), await ask({ url: 'http://counted.test/other', personalData: false })];
    expect(first.body).toMatchObject({ caseSeq: 1, personalData: true, datedBy: null });
    expect(other.body).toMatchObject({ caseSeq: 2, personalData: false });
    const { body } = await world.call('one', 'GET', `/captures/of-case/${caseId}`);
    expect(body).toMatchObject({ last: 2, missing: [], items: [{ caseSeq: 1 }, { caseSeq: 2 }] });
    const attempts = await world.call('one', 'GET', `/captures/${String(first.body['id'])}/attempts`);
    expect((attempts.body as unknown as { id: string }[]).map(({ id }) => id)).toEqual([first.body['id']]);
    expect((await world.call('neighbour', 'GET', `/captures/of-case/${caseId}`)).body).toMatchObject({ items: [] });
    expect((await world.call('neighbour', 'GET', `/captures/${String(first.body['id'])}/attempts`)).status).toBe(404);
  });

  it('every act and every look leaves an audit event', async () => {
    const id = await sealedPackage();
    await world.call('one', 'GET', `/captures/${id}/life`);
    await world.call('one', 'GET', `/captures/${id}/attachments/1`);
    const events = await world.database.admin.query<{ act: string }[]>('SELECT act FROM audit_event WHERE record = $1', [id]);
    const acts = events.map(({ act }) => act);
    for (const act of ['exhibit.review', 'exhibit.confirm', 'exhibit.seal', 'exhibit.read']) expect(acts).toContain(act);
  });
});
