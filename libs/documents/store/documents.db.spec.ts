import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EntityManager } from 'typeorm';
import { FixedClock } from '../../kernel';
import { type Claims, type Db, FileBlobStore } from '../../platform';
import { someClaims, systemClaims, type TestDatabase, testDatabase } from '../../platform/testing';
import { AUDIT_ROWS } from '../../audit';
import { OFFICER_ROWS } from '../../officers';
import type { DocumentReader } from '../app/document-reader';
import { actionsFor, type DocumentsService } from '../app/documents.service';
import type { FormId } from '../domain/template';
import { DOCUMENT_HEAD_PERMISSIONS, DOCUMENT_OFFICER_PERMISSIONS, documentActor, documentsRoom } from '../testing/document-rooms';
import { FORM_SAMPLES, SAMPLE_AUTHORITY } from '../testing/form-samples';
import { pdfText, squeezed } from '../testing/pdf-text';
import { DOCUMENT_ROWS, DocumentNumberRow, DocumentPaperRow, DocumentRow } from './document.entity';

let database: TestDatabase;
let db: Db;
let documents: DocumentsService;
let reader: DocumentReader;
let blobs: FileBlobStore;
const clock = new FixedClock(new Date('2026-11-23T02:00:00.000Z'));
const folder = mkdtempSync(join(tmpdir(), 'nms-documents-'));

const officer = documentActor(1, '办案人员甲', DOCUMENT_OFFICER_PERMISSIONS);
const head = documentActor(2, '局长戊', DOCUMENT_HEAD_PERMISSIONS, clock.now());
const as = <T>(work: (tx: EntityManager) => Promise<T>, claims: Partial<Claims> = {}): Promise<T> =>
  db.as(someClaims({ actor: officer.id, ...claims }), work);
const draft = (form: FormId, changes: Record<string, unknown> = {}): Promise<DocumentRow> =>
  as((tx) =>
    documents.draft(tx, {
      form,
      ref: { kind: 'case', id: 'case-1' },
      division: '141122',
      data: { ...FORM_SAMPLES[form], ...changes },
      officer,
    }),
  );
const submitted = async (form: FormId): Promise<DocumentRow> => {
  const { id } = await draft(form);
  return as((tx) => documents.submit(tx, id, officer));
};
const approved = async (form: FormId): Promise<DocumentRow> => {
  const { id } = await submitted(form);
  return as((tx) => documents.approve(tx, id, head));
};
const refusal = (promise: Promise<unknown>) =>
  promise.then(
    () => 'no refusal',
    (fault: { code?: string }) => fault.code ?? fault,
  );

beforeAll(async () => {
  database = await testDatabase();
  ({ db } = await database.as('nms_api', [...DOCUMENT_ROWS, ...OFFICER_ROWS, ...AUDIT_ROWS] as never[]));
  blobs = new FileBlobStore(folder);
  ({ documents, reader } = documentsRoom(db, blobs, clock));
  await database.admin.query(
    `INSERT INTO issuing_authority (division_code, name, word, address, phone, reconsideration, court) VALUES ('141122', $1, $2, $3, $4, $5, $6)`,
    [
      SAMPLE_AUTHORITY.name,
      SAMPLE_AUTHORITY.word,
      SAMPLE_AUTHORITY.address,
      SAMPLE_AUTHORITY.phone,
      SAMPLE_AUTHORITY.reconsideration,
      SAMPLE_AUTHORITY.court,
    ],
  );
});

afterAll(async () => {
  await database?.close();
  rmSync(folder, { recursive: true, force: true });
});

it('gives every one of eight approvals at once its own number, without gap', async () => {
  const waiting = await Promise.all(Array.from({ length: 8 }, () => submitted('53')));
  const numbers = await Promise.all(
    waiting.map(({ id }) => as((tx) => documents.approve(tx, id, head)).then((row) => row.number)),
  );
  expect([...numbers].sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8].map((n) => `交市监结〔2026〕${n}号`));
});

it('gives a number back when the approval fails, and begins again each year', async () => {
  const { id } = await submitted('37');
  await expect(
    as(async (tx) => {
      await documents.approve(tx, id, head);
      throw new Error('the case was not ready');
    }),
  ).rejects.toThrow('the case was not ready');
  expect((await as((tx) => documents.approve(tx, id, head))).number).toBe('交市监罚告〔2026〕1号');
  clock.set(new Date('2026-12-31T15:59:59.000Z'));
  expect((await approved('37')).number).toBe('交市监罚告〔2026〕2号');
  clock.set(new Date('2026-12-31T16:00:00.000Z'));
  expect((await approved('37')).number).toBe('交市监罚告〔2027〕1号');
  clock.set(new Date('2026-11-23T02:00:00.000Z'));
});

it('goes from draft to service, and the stored paper says what the case says', async () => {
  const { id } = await approved('45');
  await as((tx) => documents.seal(tx, id, head));
  const { bytes, sha256, name } = await as((tx) => reader.file(tx, id));
  expect(await blobs.stat(sha256!)).toEqual({ size: bytes.length });
  const text = squeezed((await pdfText(bytes)).join(''));
  const row = await as((tx) => reader.byId(tx, id));
  expect(text).toContain(row.number);
  expect(text).toContain('二〇二六年十一月二十三日');
  expect(text).toContain('向交城县人民政府申请行政复议');
  expect(name).toBe(`行政处罚决定书 ${row.number}.pdf`);
  const service = { method: 'direct' as const, to: '当事人', where: '住所', at: clock.now(), receiver: '张三,法定代表人' };
  expect(await refusal(as((tx) => documents.serve(tx, id, officer, { ...service, receiver: '' })))).toBe(
    'documents.serviceIncomplete',
  );
  expect((await as((tx) => documents.serve(tx, id, officer, service))).state).toBe('served');
  const facts = await database.admin.query<{ type: string }[]>('SELECT type FROM outbox WHERE subject = $1 ORDER BY id', [id]);
  expect(facts.map(({ type }) => type)).toEqual(['document.sealed', 'document.served']);
  const acts = await database.admin.query<{ act: string }[]>(
    `SELECT act FROM audit_event WHERE kind = 'document' AND record = $1 ORDER BY id`,
    [id],
  );
  expect(acts.map(({ act }) => act)).toEqual([
    'document.draft',
    'document.submit',
    'document.approve',
    'document.seal',
    'document.serve',
  ]);
});

it('AC-OFF-4.2 regenerating after the seal makes version 2 and keeps version 1', async () => {
  const { id, number } = await approved('45');
  await as((tx) => documents.seal(tx, id, head));
  const first = await as((tx) => reader.file(tx, id));
  expect(await refusal(as((tx) => documents.regenerate(tx, id, head, ' ')))).toBe('documents.reasonMissing');
  const again = await as((tx) => documents.regenerate(tx, id, head, '更正笔误', { statement: '当事人提出陈述意见，已予采纳。' }));
  expect([again.paper, again.number, again.state]).toEqual([2, number, 'sealed']);
  const second = await as((tx) => reader.file(tx, id));
  expect(squeezed((await pdfText(second.bytes)).join(''))).toContain('当事人提出陈述意见，已予采纳。');
  const kept = await as((tx) => reader.file(tx, id, 1));
  expect(kept.bytes.equals(first.bytes)).toBe(true);
  const { papers } = await as((tx) => reader.whole(tx, id));
  expect(papers.map((paper) => [paper.version, paper.reason])).toEqual([
    [1, null],
    [2, '更正笔误'],
  ]);
});

it('keeps the number of a voided document in the register with the reason, and never gives it again', async () => {
  const { id, number } = await approved('X3');
  expect(await refusal(as((tx) => documents.void(tx, id, head, '')))).toBe('documents.reasonMissing');
  expect((await as((tx) => documents.void(tx, id, head, '收件单位有误'))).state).toBe('void');
  const line = await as((tx) => tx.findOneByOrFail(DocumentNumberRow, { documentId: id }));
  expect([line.number, line.voidReason]).toEqual([number, '收件单位有误']);
  expect((await approved('X3')).number).toBe('交市监建〔2026〕2号');
});

it('refuses the submitter, the drafter, the stale factor, and whoever lacks the permission', async () => {
  const both = documentActor(1, '办案人员甲', [...DOCUMENT_OFFICER_PERMISSIONS, ...DOCUMENT_HEAD_PERMISSIONS], clock.now());
  const { id } = await submitted('7');
  expect(await refusal(as((tx) => documents.approve(tx, id, both)))).toBe('documents.approverIsSubmitter');
  expect(await refusal(as((tx) => documents.approve(tx, id, officer)))).toBe('platform.forbidden');
  await as((tx) => documents.approve(tx, id, head));
  expect(await refusal(as((tx) => documents.seal(tx, id, { ...head, secondFactorAt: null })))).toBe(
    'officers.secondFactorRequired',
  );
  expect(
    await refusal(as((tx) => documents.seal(tx, id, { ...head, secondFactorAt: new Date(clock.now().getTime() - 301_000) }))),
  ).toBe('officers.secondFactorRequired');
  // The database holds the line too, should the code ever forget.
  await expect(database.admin.query('UPDATE document SET approved_by = drafted_by WHERE id = $1', [id])).rejects.toThrow(
    'document_approver_apart',
  );
});

it('refuses a forced move and names the moves there are', async () => {
  const { id } = await draft('45');
  await expect(as((tx) => documents.seal(tx, id, head))).rejects.toMatchObject({
    code: 'documents.illegalTransition',
    status: 409,
    details: { state: 'draft', allowed: ['submit', 'void'] },
  });
  const record = await draft('12');
  await expect(as((tx) => documents.submit(tx, record.id, officer))).rejects.toMatchObject({
    details: { allowed: ['finish', 'void'] },
  });
  expect((await as((tx) => documents.finish(tx, record.id, officer))).state).toBe('finished');
});

it('J-OFF-4 lists what is missing by name, and what may not be printed as law', async () => {
  const { id } = await draft('45', { facts: '', penalty: undefined });
  await expect(as((tx) => documents.submit(tx, id, officer))).rejects.toMatchObject({
    code: 'documents.fieldsMissing',
    details: {
      missing: [
        { key: 'facts', zh: '违法事实和证据', basis: 'art 62(2)' },
        { key: 'penalty', zh: '处罚内容和依据', basis: 'art 62(4)' },
      ],
    },
  });
  await as((tx) =>
    documents.amend(tx, id, {
      facts: '事实',
      penalty: [{ content: '罚款', basis: [{ law: '网络交易监督管理办法', article: '34(3)', mark: 'K' }] }],
    }),
  );
  expect(await refusal(as((tx) => documents.submit(tx, id, officer)))).toBe('documents.basisNotLaw');
  await as((tx) =>
    documents.amend(tx, id, {
      actDate: '2025-09-01',
      penalty: [{ content: '罚款', basis: [{ law: '反不正当竞争法', article: '25', mark: 'F' }] }],
    }),
  );
  expect(await refusal(as((tx) => documents.submit(tx, id, officer)))).toBe('documents.lawNotInForce');
});

it('asks for the bodies of remedy where the authority has none entered', async () => {
  await database.admin.query(
    `INSERT INTO issuing_authority (division_code, name, word) VALUES ('141123', '兴县市场监督管理局', '兴市监')`,
  );
  const claims = { division: '141123' };
  const { id } = await as(
    (tx) =>
      documents.draft(tx, { form: '45', ref: { kind: 'case', id: 'c' }, division: '141123', data: FORM_SAMPLES['45'], officer }),
    claims,
  );
  await expect(as((tx) => documents.submit(tx, id, officer), claims)).rejects.toMatchObject({
    details: { missing: [{ zh: '行政复议机关' }, { zh: '管辖法院' }] },
  });
});

it('offers the approval to the head and not to whoever submitted', async () => {
  const row = await submitted('7');
  expect(actionsFor(row, head)).toEqual(['giveBack', 'approve']);
  expect(actionsFor(row, { ...head, id: officer.id })).toEqual(['giveBack']);
  expect(actionsFor(row, officer)).toEqual([]);
});

describe('row security', () => {
  it.each([
    ['the own division', { scope: 'unit', division: '141122' }, true],
    ['the city above', { scope: 'below', division: '141100' }, true],
    ['everywhere', { scope: 'all', division: '000000' }, true],
    ['the drafter himself', { scope: 'self', division: '141122' }, true],
    ['somebody else with own records only', { scope: 'self', actor: head.id }, false],
    ['a neighbour', { scope: 'unit', division: '141121' }, false],
    ['the public', { scope: 'public', division: '000000' }, false],
    ['an administrator', { scope: 'none', division: '141122' }, false],
  ] as [string, Partial<Claims>, boolean][])('for %s', async (_who, claims, sees) => {
    const { id } = await draft('45');
    expect(await as((tx) => tx.existsBy(DocumentRow, { id }), claims)).toBe(sees);
    if (!sees) expect(await refusal(as((tx) => reader.byId(tx, id), claims))).toBe('documents.notFound');
  });

  it('does not let a neighbour draft into another division', async () => {
    const neighbour = { scope: 'unit' as const, division: '141121' };
    await expect(
      as(
        (tx) =>
          documents.draft(tx, {
            form: '12',
            ref: { kind: 'case', id: 'c' },
            division: '141122',
            data: FORM_SAMPLES['12'],
            officer,
          }),
        neighbour,
      ),
    ).rejects.toThrow('row-level security');
  });

  it.each([
    'UPDATE document_paper SET size = 1',
    'DELETE FROM document_paper',
    'DELETE FROM document_number',
    'DELETE FROM document',
    `UPDATE document_service SET place = 'x'`,
    `UPDATE document SET number = 'x' WHERE number IS NOT NULL`,
    `UPDATE document_number SET number = 'x'`,
  ])('refuses %s even to the superuser', async (sql) => {
    const { id } = await approved('X2');
    await as((tx) => documents.seal(tx, id, head));
    expect(await as((tx) => tx.countBy(DocumentPaperRow, { documentId: id }))).toBe(1);
    await expect(database.admin.query(sql)).rejects.toThrow(/insert-only|settled|assigned once/);
  });

  it('lets the worker act for the system', async () => {
    const worker = await database.as('nms_worker', [...DOCUMENT_ROWS, ...OFFICER_ROWS] as never[]);
    const room = documentsRoom(worker.db, blobs, clock);
    const row = await worker.db.as(systemClaims('orders'), (tx) =>
      room.documents.draft(tx, {
        form: 'X2',
        ref: { kind: 'order', id: 'o' },
        caseId: 'case-1',
        division: '141122',
        data: FORM_SAMPLES.X2,
        officer: null,
      }),
    );
    expect([row.draftedBy, row.caseId]).toEqual(['system:documents', 'case-1']);
  });
});
