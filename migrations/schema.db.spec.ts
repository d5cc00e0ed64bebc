import { type TestDatabase, testDatabase, type ProcessRole } from '../libs/platform/testing';

let database: TestDatabase;
let tables: string[];
const ROLES: ProcessRole[] = ['nms_api', 'nms_portal', 'nms_worker', 'nms_ledger'];

beforeAll(async () => {
  database = await testDatabase();
  const rows = await database.admin.query<{ name: string }[]>(
    `SELECT c.relname AS name FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND c.relname <> 'migrations' ORDER BY 1`,
  );
  tables = rows.map(({ name }) => name);
});

afterAll(() => database.close());

it('has row security on every table, from the first migration', async () => {
  const open = await database.admin.query<{ relname: string }[]>(
    `SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND relname <> 'migrations' AND NOT relrowsecurity`,
  );
  expect(open.map(({ relname }) => relname)).toEqual([]);
  expect(tables.length).toBeGreaterThan(10);
});

/** Reference data that holds no business record: readable without a claim by intent. Every line here is a decision. */
const OPEN_BY_INTENT: Record<string, string> = {};

it.each(ROLES)('%s reads nothing, changes nothing and deletes nothing without a claim', async (role) => {
  const { source } = await database.as(role);
  for (const table of tables) {
    if (OPEN_BY_INTENT[table]) continue;
    const [right] = await database.admin.query<{ read: boolean; change: boolean; remove: boolean }[]>(
      `SELECT has_table_privilege($1, $2, 'SELECT') AS read, has_table_privilege($1, $2, 'UPDATE') AS change, has_table_privilege($1, $2, 'DELETE') AS remove`,
      [role, table],
    );
    if (right?.read) expect([table, (await source.query<unknown[]>(`SELECT FROM "${table}"`)).length]).toEqual([table, 0]);
    if (right?.remove)
      expect([table, (await source.query<[unknown[], number]>(`DELETE FROM "${table}"`))[1]]).toEqual([table, 0]);
  }
});

it('no login role owns a table, may bypass row security, or is a superuser', async () => {
  const strong = await database.admin.query(
    `SELECT rolname FROM pg_roles WHERE rolname = ANY ($1) AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb)`,
    [ROLES],
  );
  const owners = await database.admin.query(
    `SELECT relname FROM pg_class JOIN pg_roles r ON r.oid = relowner WHERE relnamespace = 'public'::regnamespace AND rolname = ANY ($1)`,
    [ROLES],
  );
  expect([strong, owners]).toEqual([[], []]);
});

it('the portal can reach no table of cases, evidence, officers or audit', async () => {
  const inner = tables.filter((name) => /^(case|evidence|ledger|exhibit|officer|session|task|audit_link)/.test(name));
  const reachable = await Promise.all(
    inner.map(async (table) => {
      const [row] = await database.admin.query<{ may: boolean }[]>(
        `SELECT has_table_privilege('nms_portal', $1, 'SELECT, INSERT, UPDATE, DELETE') AS may`,
        [table],
      );
      return row?.may ? [table] : [];
    }),
  );
  expect(reachable.flat()).toEqual([]);
});

it('the ledger process can write nothing at all', async () => {
  const writable = await Promise.all(
    tables.map(async (table) => {
      const [row] = await database.admin.query<{ may: boolean }[]>(
        `SELECT has_table_privilege('nms_ledger', $1, 'INSERT, UPDATE, DELETE, TRUNCATE') AS may`,
        [table],
      );
      return row?.may ? [table] : [];
    }),
  );
  expect(writable.flat().filter((table) => table !== 'ledger_checkpoint')).toEqual([]);
});
