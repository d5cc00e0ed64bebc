import { type EntityManager } from 'typeorm';
import { type TestDatabase, someClaims, systemClaims, testDatabase } from '../../platform/testing';
import type { Claims, Db } from '../../platform';
import { CASE_ROWS } from './rows';

const COUNTY = '141122';
const OTHER = '141121';
const id = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const [OFFICER, HEAD, AUDITOR, STRANGER, MEMBER, RECUSED, ADMIN] = [1, 2, 3, 4, 5, 6, 7].map(id) as [
  string,
  string,
  string,
  string,
  string,
  string,
  string,
];

let database: TestDatabase;
let api: Db;
let worker: Db;
/** One case of each visibility, and a normal one in the next county. */
const CASES = { normal: id(101), restricted: id(102), sealed: id(103), elsewhere: id(104) };

beforeAll(async () => {
  database = await testDatabase();
  api = (await database.as('nms_api', CASE_ROWS)).db;
  worker = (await database.as('nms_worker', CASE_ROWS)).db;
  for (const [name, caseId] of Object.entries(CASES)) {
    const visibility = name === 'elsewhere' ? 'normal' : name;
    await database.admin.query(
      `INSERT INTO case_file (id, number, division_code, definition_key, definition_version, state, entered_by, entered_at, visibility, visibility_reason,
         source, matter, opened_at, created_by, updated_at)
       VALUES ($1, $2, $3, 'ordinaryPenalty', 1, 'investigating', 'x', now(), $4, 'test', 'inspection', '亮照', now(), 'x', now())`,
      [caseId, name, name === 'elsewhere' ? OTHER : COUNTY, visibility],
    );
    await database.admin.query(
      `INSERT INTO case_officer (case_id, officer_id, role, since, name, named_by) VALUES ($1, $2, 'member', now(), '甲', 'x')`,
      [caseId, MEMBER],
    );
    await database.admin.query(`INSERT INTO case_recusal VALUES ($1, $2, '亲属', 'x', now())`, [caseId, RECUSED]);
    for (const sql of CHILDREN) await database.admin.query(sql, [caseId]);
  }
});

afterAll(() => database?.close());

/** One row of every child table, so that a policy that is missing shows. */
const CHILDREN = [
  `INSERT INTO case_event (case_id, kind, happened_at, recorded_at, actor, zh, en) VALUES ($1, 'opened', now(), now(), 'x', 'x', 'x')`,
  `INSERT INTO case_clock (id, case_id, key, n, unit, policy, basis, informs, blocks_closing, started_at, started_by, state, due, due_at, provisional)
     VALUES (gen_random_uuid(), $1, 'decide', 90, 'day', 'strict', '{}', false, true, now(), 'x', 'running', now(), now(), false)`,
  `INSERT INTO case_task (id, case_id, division_code, kind, zh, en, requires, of_state, created_at, created_by)
     VALUES (gen_random_uuid(), $1, '141122', 'x', 'x', 'x', 'case:handle', false, now(), 'x')`,
  `INSERT INTO case_party VALUES (gen_random_uuid(), $1, 'party', NULL, '{}', now(), 'x')`,
  `INSERT INTO case_exhibit VALUES (gen_random_uuid(), $1, 1, 'ev_x', 'x', '{}', 'x', now())`,
  `INSERT INTO case_note VALUES (gen_random_uuid(), $1, 'x', NULL, 'x', now(), false)`,
  `INSERT INTO case_remark (id, case_id, round, text, by, at) VALUES (gen_random_uuid(), $1, 1, 'x', 'x', now())`,
  `INSERT INTO case_blocker VALUES ($1, 'order', 'o', 'x', now())`,
];
const TABLES = [
  'case_event',
  'case_clock',
  'case_task',
  'case_party',
  'case_exhibit',
  'case_note',
  'case_remark',
  'case_blocker',
  'case_officer',
  'case_recusal',
];

const everybody: [string, Partial<Claims>, (keyof typeof CASES)[]][] = [
  ['the officer of the county', { actor: OFFICER }, ['normal']],
  ['the head of the county', { actor: HEAD, roles: ['head'] }, ['normal', 'restricted', 'sealed']],
  ['the auditor of the county', { actor: AUDITOR, roles: ['auditor'] }, ['normal', 'restricted']],
  ['an officer who sees below from the city', { actor: STRANGER, scope: 'below', division: '141100' }, ['normal', 'elsewhere']],
  [
    'the head of the city',
    { actor: STRANGER, scope: 'below', division: '141100', roles: ['head'] },
    ['normal', 'restricted', 'sealed', 'elsewhere'],
  ],
  ['an officer of the next county', { actor: STRANGER, division: OTHER }, ['elsewhere']],
  ['a head of the next county', { actor: STRANGER, division: OTHER, roles: ['head'] }, ['elsewhere']],
  ['a named co-worker of another county', { actor: MEMBER, division: '149900' }, ['normal', 'restricted', 'sealed', 'elsewhere']],
  ['a named person who sees only his own', { actor: MEMBER, scope: 'self' }, ['normal', 'restricted', 'sealed', 'elsewhere']],
  ['somebody who sees only his own and is not named', { actor: STRANGER, scope: 'self' }, []],
  ['a recused officer', { actor: RECUSED }, []],
  ['a recused head who sees everything', { actor: RECUSED, scope: 'all', roles: ['head'] }, []],
  ['an administrator', { actor: ADMIN, scope: 'none', roles: ['systemAdmin'] }, []],
  ['a visitor', { actor: 'public', scope: 'public', roles: [] }, []],
  ['the system', { ...systemClaims('test') }, ['normal', 'restricted', 'sealed', 'elsewhere']],
];

describe('row security: who × verb', () => {
  const sorted = (names: string[]) => [...names].sort();
  const numbers = async (tx: EntityManager, sql: string) =>
    sorted((await tx.query<{ number: string }[]>(sql)).map(({ number }) => number));

  it.each(everybody)('%s reads exactly what he may, in every table', async (_who, claims, seen) => {
    await api.as(someClaims(claims), async (tx) => {
      expect(await numbers(tx, 'SELECT number FROM case_file')).toEqual(sorted(seen));
      for (const table of TABLES) {
        const rows = await tx.query<{ case_id: string }[]>(`SELECT DISTINCT case_id FROM ${table}`);
        expect([table, sorted(rows.map((row) => row.case_id))]).toEqual([table, sorted(seen.map((name) => CASES[name]))]);
      }
    });
  });

  it.each(everybody)('%s changes only what he sees', async (_who, claims, seen) => {
    await api.as(someClaims(claims), async (tx) => {
      for (const table of ['case_file', 'case_clock', 'case_remark']) {
        const column = table === 'case_file' ? 'updated_at' : table === 'case_clock' ? 'told' : 'answer';
        const [, touched] = await tx.query<[unknown, number]>(`UPDATE ${table} SET ${column} = ${column}`);
        expect([table, touched]).toEqual([table, seen.length]);
      }
    });
  });

  it.each(everybody)('%s adds nothing to a case that he does not see', async (_who, claims, seen) => {
    for (const [name, caseId] of Object.entries(CASES)) {
      const adding = api.as(someClaims(claims), (tx) => tx.query(CHILDREN[0]!, [caseId]));
      if (seen.includes(name as keyof typeof CASES)) await adding;
      else await expect(adding).rejects.toThrow('row-level security');
    }
  });

  it('without claims nothing is read, and nobody deletes', async () => {
    const { source } = await database.as('nms_api');
    expect(await source.query('SELECT * FROM case_file')).toEqual([]);
    for (const db of [api, worker])
      for (const table of ['case_file', ...TABLES.filter((name) => name !== 'case_blocker')])
        await expect(db.as(systemClaims('test'), (tx) => tx.query(`DELETE FROM ${table}`))).rejects.toThrow('permission denied');
  });

  it('the portal and the ledger signer reach no case table', async () => {
    for (const role of ['nms_portal', 'nms_ledger'] as const) {
      const { source } = await database.as(role);
      for (const table of ['case_file', ...TABLES])
        await expect(source.query(`SELECT 1 FROM ${table}`)).rejects.toThrow('permission denied');
    }
  });
});

describe('what cannot be rewritten', () => {
  it.each(['case_event', 'case_exhibit', 'case_note', 'case_recusal', 'working_calendar_year'])(
    '%s is insert-only, for the superuser too',
    async (table) => {
      await expect(database.admin.query(`DELETE FROM ${table}`)).rejects.toThrow(`${table} is insert-only`);
      await expect(database.admin.query(`TRUNCATE ${table} CASCADE`)).rejects.toThrow('insert-only');
    },
  );

  it('a case keeps its number, origin and definition', async () => {
    for (const change of [`number = 'y'`, `definition_version = 2`, `created_by = 'y'`])
      await expect(database.admin.query(`UPDATE case_file SET ${change} WHERE id = $1`, [CASES.normal])).rejects.toThrow(
        'keeps its number',
      );
  });
});

it.each(CASE_ROWS.map((row) => [row.name, row] as const))('the columns of %s are those of its table', async (_name, row) => {
  await worker.as(systemClaims('test'), (tx) => tx.find(row as never, { take: 1 }));
});

describe('numbers', () => {
  const take = (division = COUNTY) =>
    api.as(
      someClaims({ division }),
      async (tx) => (await tx.query<{ n: string }[]>('SELECT next_case_number($1, 2026) AS n', [division]))[0]!.n,
    );

  it('AC-OFF-1.4 follow {division}-{yyyy}-{seq} and never repeat, also when ten are taken at once', async () => {
    const taken = await Promise.all(Array.from({ length: 10 }, () => take()));
    expect(new Set(taken).size).toBe(10);
    for (const number of taken) expect(number).toMatch(/^141122-2026-\d{5}$/);
    expect(await take()).toBe(`141122-2026-00011`);
    expect(await take(OTHER)).toBe('141121-2026-00001');
  });

  it('are not taken for a division out of scope', async () => {
    await expect(
      api.as(someClaims({ division: OTHER }), (tx) => tx.query('SELECT next_case_number($1, 2026)', [COUNTY])),
    ).rejects.toThrow('out of scope');
  });
});
