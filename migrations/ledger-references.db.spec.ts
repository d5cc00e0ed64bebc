import { systemClaims } from '../libs/platform';
import { type TestDatabase, testDatabase } from '../libs/platform/testing';
import { SystemClock } from '../libs/kernel';
import { Ledger } from '../libs/evidence/store/ledger';

let database: TestDatabase;

beforeEach(async () => void (database = await testDatabase()));
afterEach(() => database.close());

describe('I-10 what belongs to an entry of the ledger', () => {
  it.each([
    ['a place', 'INSERT INTO ledger_place (origin, idx, entry_id) SELECT $1, n, n FROM generate_series(1, 3) AS n', ['x']],
    ['a body', 'INSERT INTO ledger_body (entry_id, json) SELECT n, $1 FROM generate_series(1, 3) AS n', ['{}']],
  ])('%s is refused without it, for whoever writes, and all that was written with it', async (_what, sql, values) => {
    const worker = await database.as('nms_worker', []);
    const system = systemClaims('test');
    await worker.db.as(system, (tx) =>
      new Ledger(new SystemClock()).append(tx, { subject: 's', type: 'evidence.viewed', facts: {} }, 'k'),
    );
    await database.admin.query('ALTER TABLE ledger_body DISABLE TRIGGER ledger_body_moved; DELETE FROM ledger_body');
    for (const write of [() => database.admin.query(sql, values), () => worker.db.as(system, (tx) => tx.query(sql, values))])
      await expect(write()).rejects.toMatchObject({
        code: '23503',
        message: expect.stringMatching(/of an entry [23] that is not there/),
      });
    const [{ n }] = await database.admin.query<[{ n: number }]>(
      'SELECT ((SELECT count(*) FROM ledger_place) + (SELECT count(*) FROM ledger_body))::int AS n',
    );
    expect(n).toBe(0);
  });

  it('stays with it', async () => {
    await expect(database.admin.query('UPDATE ledger_body SET entry_id = 2')).rejects.toMatchObject({ code: '42501' });
  });
});
