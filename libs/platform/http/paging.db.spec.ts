import { Column, type DataSource, Entity, PrimaryColumn } from 'typeorm';
import { type TestDatabase, testDatabase } from '../testing';
import { PageQuery, pageOf } from './paging';

@Entity('paged')
class Paged {
  @PrimaryColumn('text') id!: string;
  @Column('timestamptz', { nullable: true }) at!: Date | null;
  @Column('text') name!: string;
}

let base: TestDatabase;
let source: DataSource;
beforeAll(async () => {
  base = await testDatabase();
  await base.admin.query('CREATE TABLE paged (id text PRIMARY KEY, at timestamptz, name text NOT NULL)');
  await base.admin.query('GRANT SELECT ON paged TO nms_api');
  ({ source } = await base.as('nms_api', [Paged]));
}, 60_000);
afterAll(() => base?.close());

beforeEach(async () => {
  await base.admin.query('TRUNCATE paged');
  // Within one millisecond, as rows written in one go are; one in four without a time.
  await base.admin.query(`INSERT INTO paged SELECT lpad(n::text, 2, '0'),
    CASE WHEN n % 4 > 0 THEN timestamptz '2026-11-28 00:00:00Z' + (n / 3) * interval '1 microsecond' END, '名' || n % 3 FROM generate_series(0, 24) n`);
});

const page = (asked: Partial<PageQuery>) =>
  pageOf(source.getRepository(Paged).createQueryBuilder('p').where(`p.name <> '名9'`), Object.assign(new PageQuery(), asked), {
    sortable: { at: 'p.at', name: 'p.name' },
    defaultSort: 'at',
    id: 'p.id',
  });

async function walk(asked: Partial<PageQuery>, between?: (n: number) => Promise<unknown>): Promise<string[]> {
  const ids: string[] = [];
  for (let cursor: string | undefined, n = 0; ; n += 1) {
    const { items, nextCursor } = await page({ ...asked, cursor });
    ids.push(...items.map(({ id }) => id));
    if (!nextCursor) return ids;
    cursor = nextCursor;
    await between?.(n);
  }
}

describe.each([
  ['at', 'ASC'],
  ['at', 'DESC'],
  ['name', 'ASC'],
  ['name', 'DESC'],
] as const)('a list by %s %s', (sort, order) => {
  it.each([1, 4, 5, 24, 25, 200])('in pages of %i gives every row once, in its order', async (limit) => {
    const rows = await base.admin.query<{ id: string }[]>(`SELECT id FROM paged ORDER BY ${sort} ${order}, id ${order}`);
    expect(await walk({ sort, order, limit })).toEqual(rows.map(({ id }) => id));
  });

  it('neither skips nor repeats what stood there when rows come and go in between', async () => {
    const before = await walk({ sort, order, limit: 200 });
    const seen = await walk({ sort, order, limit: 4 }, async (n) => {
      await base.admin.query(`INSERT INTO paged VALUES ($1, '2026-11-27', '名0')`, [`x${n}`]);
      await base.admin.query('DELETE FROM paged WHERE id = $1', [before[n]]);
    });
    expect(seen.filter((id) => !id.startsWith('x'))).toEqual(before);
    expect(new Set(seen).size).toBe(seen.length);
  });
});

it('counts all rows on every page, and turns pages by number too', async () => {
  const first = await page({ limit: 10 });
  expect([first.total, (await page({ limit: 10, cursor: first.nextCursor! })).total]).toEqual([25, 25]);
  expect((await page({ page: 3, perPage: 10 })).items).toHaveLength(5);
  expect(await page({ page: 9, perPage: 10 })).toEqual({ items: [], total: 25, nextCursor: null });
});

const forged = (...parts: unknown[]) => Buffer.from(JSON.stringify(parts)).toString('base64url');
it.each([
  ['of another order', forged(null, '01', 'at', 'ASC')],
  ['of another column', forged('x', '01', 'name', 'DESC')],
  ['whose value is no time', forged('yesterday-ish', '01', 'at', 'DESC')],
  ['whose value is out of range', forged('999999-01-01', '01', 'at', 'DESC')],
  ['whose value is an object', forged({}, '01', 'at', 'DESC')],
  ['with a zero byte', forged('\0', '01', 'at', 'DESC')],
  ['that is no JSON', 'AAAA'],
  ['that is empty', ''],
])('refuses a cursor %s', (_what, cursor) =>
  expect(page({ cursor })).rejects.toMatchObject({ status: 422, details: { errors: [{ pointer: '/cursor' }] } }),
);

it.each(['constructor', 'id; DROP TABLE paged', ''])('refuses to sort by %p and says by what one can', (sort) =>
  expect(page({ sort })).rejects.toMatchObject({
    status: 422,
    details: { errors: [{ pointer: '/sort', detail: 'one of at, name' }] },
  }),
);
