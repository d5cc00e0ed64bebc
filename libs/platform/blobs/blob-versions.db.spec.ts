import { FixedClock } from '../../kernel';
import { someClaims, type TestDatabase, testDatabase } from '../testing';
import { type Db } from '../database/db';
import { systemClaims, withClaims } from '../database/claims';
import { StoredBlobVersions } from './blob-versions';

let database: TestDatabase;
let api: Db;
let worker: Db;
beforeAll(async () => {
  database = await testDatabase();
  ({ db: api } = await database.as('nms_api'));
  ({ db: worker } = await database.as('nms_worker'));
});
afterAll(() => database.close());

const clock = new FixedClock(new Date('2026-11-22T00:00:00.000Z'));
const versions = (db: Db) => new StoredBlobVersions(db, clock);
const SHA = 'ab'.repeat(32);

it('one version is the blob: written down by whoever put it, whatever becomes of his transaction, and read by all', async () => {
  expect(await versions(api).of(SHA)).toBeNull();
  const undone = api.as(someClaims(), async () => {
    await versions(api).keep(SHA, 'v1', null);
    throw new Error('undone');
  });
  await expect(undone).rejects.toThrow('undone');
  expect(await withClaims(systemClaims('worker'), () => versions(worker).of(SHA))).toBe('v1');
  await versions(worker).keep(SHA, 'v1', null);
  await Promise.all(Array.from({ length: 8 }, (_, n) => versions(api).keep(SHA, `twin${n}`, null)));
  expect(await database.admin.query('SELECT version, gone FROM blob_version')).toEqual([{ version: 'v1', gone: null }]);
});

it('one that was lost stays on record as lost, one that was destroyed as destroyed, and neither is read any more', async () => {
  await versions(worker).keep(SHA, 'v2', 'v1');
  expect(await versions(api).of(SHA)).toBe('v2');
  await versions(worker).destroyed(SHA, 'v2');
  expect(await versions(api).of(SHA)).toBeNull();
  expect(await database.admin.query('SELECT version, gone FROM blob_version ORDER BY version')).toEqual([
    { version: 'v1', gone: 'lost' },
    { version: 'v2', gone: 'destroyed' },
  ]);
  await expect(database.admin.query(`UPDATE blob_version SET gone = NULL, gone_at = NULL`)).rejects.toThrow('told once');
  await expect(database.admin.query('DELETE FROM blob_version')).rejects.toThrow('insert-only');
});
