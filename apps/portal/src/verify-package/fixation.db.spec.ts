import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { type TestDatabase, testDatabase } from '../../../../libs/platform/testing';
import { buildPortal } from '../build';

const NUMBER = 'E-141122-2026-000001';
const DIGEST = 'ab'.repeat(32);
const UNSIGNED = { number: 'E-141122-2026-000002', digest: 'cd'.repeat(32) };
const OTHER = 'ef'.repeat(32);
let base: TestDatabase;
let app: NestFastifyApplication;

async function aFixation(id: string, number: string, digest: string, place: number): Promise<void> {
  await base.admin.query(
    `INSERT INTO evidence_package (id, number, kind, division_code, url, profile, purpose, fact_to_prove, place, request, requested_by, requested_at,
       entry_sha256, state, navigation, manifest_sha256, manifest_sm3, sig_sha256, fixed_at)
     VALUES ($1, $2, 'web_capture', '141122', 'https://secret-shop.test/', 'desktop', '核查王某', '亮照', '办公室', '{"makers":[{"name":"李某"}]}', 'x', now(),
       $3, 'fixed', '{}', $4, $3, $3, now())`,
    [id, number, 'a'.repeat(64), digest],
  );
  const [entry] = await base.admin.query<{ id: string }[]>(
    `INSERT INTO ledger_entry (subject, seq, type, at, key, entry, entry_sha256, leaf, leaf_sm3)
     VALUES ($1, 2, 'evidence.fixed', '2026-11-22T03:30:07.412Z', $1, 'x', $2, $3, $3) RETURNING id`,
    [id, 'a'.repeat(64), Buffer.alloc(32)],
  );
  await base.admin.query(`INSERT INTO ledger_place VALUES ('aj.test/evidence/2026', $1, $2)`, [place, entry!.id]);
}

beforeAll(async () => {
  base = await testDatabase();
  await aFixation('ev_00000000000000000000000001', NUMBER, DIGEST, 4);
  await aFixation('ev_00000000000000000000000002', UNSIGNED.number, UNSIGNED.digest, 9);
  for (const size of [3, 5, 8])
    await base.admin.query(
      `INSERT INTO ledger_checkpoint VALUES ('aj.test/evidence/2026', $1, '2026-11-22T03:31:00Z', $2, 'x')`,
      [size, `aj.test/evidence/2026\n${size}\nroot\n`],
    );
  const { url } = await base.as('nms_portal');
  Object.assign(process.env, {
    DATABASE_URL: url,
    PUBLIC_ORIGIN: 'https://verify.example.test',
    LOG_LEVEL: 'silent',
    PORTAL_FIXATIONS_PER_MINUTE: '25',
  });
  app = await buildPortal();
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
}, 60_000);
afterAll(async () => {
  await app?.close();
  await base?.close();
});

const ask = async (query: Record<string, string>, language = 'zh-CN') => {
  const started = performance.now();
  const { statusCode, body, headers } = await app.inject({
    url: `/fixations?${new URLSearchParams(query).toString()}`,
    headers: { accept: 'text/html', 'accept-language': language },
  });
  return { statusCode, body, headers, ms: performance.now() - started };
};
/** Everything but what was asked, which stands in the form again. */
const without = (body: string, ...asked: string[]) => asked.reduce((text, one) => text.replaceAll(one, ''), body);

it('says when exactly this manifest was fixed under exactly this number, and the first checkpoint over it', async () => {
  const { body, headers } = await ask({ number: ` ${NUMBER.toLowerCase()} `, digest: `sha256:${DIGEST.toUpperCase()}` });
  expect(body).toContain('data-answer="found"');
  expect(body).toContain('本机关的日志中有这项固定记录');
  expect(body).toContain('11:30:07（北京时间）');
  expect(body).toContain('规模 5');
  expect(headers).toMatchObject({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' });
  const english = await ask({ number: NUMBER, digest: DIGEST }, 'en');
  expect(english.body).toContain('The log of this agency holds this fixation');
  for (const secret of ['secret-shop', '王某', '李某', 'ev_0000']) expect(body + english.body).not.toContain(secret);
});

it('says so when no checkpoint covers it yet', async () => {
  expect((await ask(UNSIGNED)).body).toContain('已固定，尚未写入签名的日志检查点');
});

it('a number alone, or with any other digest, is told like one that does not exist, and takes as long', async () => {
  const known = await ask({ number: NUMBER, digest: OTHER });
  const unknown = await ask({ number: 'E-999999-2026-999999', digest: OTHER });
  const foreign = await ask({ number: NUMBER, digest: UNSIGNED.digest });
  const bodies = [
    without(known.body, NUMBER, OTHER),
    without(unknown.body, 'E-999999-2026-999999', OTHER),
    without(foreign.body, NUMBER, UNSIGNED.digest),
  ].map((body) => body.replace(/href="[^"]*number=[^"]*"/g, ''));
  expect(new Set(bodies).size).toBe(1);
  expect(bodies[0]).toContain('data-answer="none"');
  for (const { ms } of [known, unknown, foreign, await ask({ number: NUMBER, digest: DIGEST })]) expect(ms).toBeGreaterThan(115);
});

it.each([
  ['no digest', { number: NUMBER }],
  ['a part of the digest', { number: NUMBER, digest: DIGEST.slice(0, 16) }],
  ['a pattern', { number: NUMBER, digest: '%'.repeat(64) }],
  ['a statement', { number: `' OR 1=1 --`, digest: DIGEST }],
])('asks the database nothing for %s', async (_what, query) => {
  const { statusCode, body } = await ask(query as Record<string, string>);
  expect([statusCode, body.includes('data-answer')]).toEqual([200, false]);
  expect(body).toContain('64 位十六进制');
});

it('needs no script, loads nothing else, and is small', async () => {
  const { body } = await ask({ number: NUMBER, digest: DIGEST });
  expect(body).not.toMatch(/<script|https?:\/\/(?!verify\.example\.test)/);
  expect(Buffer.byteLength(body)).toBeLessThan(100 * 1024);
});

it('the database shows the portal these columns through this one function, and nothing else of evidence', async () => {
  const { source } = await base.as('nms_portal');
  const rows = await source.query<Record<string, unknown>[]>('SELECT * FROM public_fixation($1, $2)', [NUMBER, DIGEST]);
  expect(Object.keys(rows[0]!)).toEqual(['fixed_at', 'log', 'place', 'checkpoint_size', 'checkpoint_at', 'checkpoint_note']);
  for (const [number, digest] of [
    [NUMBER, null],
    [null, DIGEST],
    ['%', '%'],
    [NUMBER, DIGEST.slice(0, 63)],
    [NUMBER.toLowerCase(), DIGEST],
  ])
    expect(await source.query('SELECT * FROM public_fixation($1, $2)', [number, digest])).toEqual([]);
  for (const table of ['evidence_package', 'evidence_file', 'ledger_entry', 'ledger_place', 'ledger_checkpoint', 'ledger_body'])
    await expect(source.query(`SELECT * FROM ${table}`)).rejects.toThrow(/permission denied/);
  const callable = await base.admin.query<{ name: string }[]>(
    `SELECT r.rolname AS name FROM pg_roles r WHERE r.rolname IN ('nms_api', 'nms_worker', 'nms_ledger', 'nms_portal')
       AND has_function_privilege(r.rolname, 'public_fixation(text, text)', 'EXECUTE')`,
  );
  expect(callable).toEqual([{ name: 'nms_portal' }]);
});

it('answers only so often', async () => {
  const codes = [];
  for (let i = 0; i < 30; i += 1) codes.push((await ask({ number: NUMBER, digest: OTHER })).statusCode);
  expect(codes).toContain(429);
}, 30_000);
