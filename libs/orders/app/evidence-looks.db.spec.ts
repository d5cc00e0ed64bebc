import { ContentService, EvidenceService } from '../../evidence';
import { BlobStore, Db } from '../../platform';
import { systemClaims } from '../../platform/testing';
import { aCase, DIVISION, type OrderRooms, orderRooms } from '../testing/order-rooms';
import { aStaff, type Staff } from '../testing/an-order';
import { EvidenceLooks, reachOf } from './evidence-looks';

let rooms: OrderRooms;
let staff: Staff;
let looks: EvidenceLooks;

beforeAll(async () => {
  rooms = await orderRooms();
  staff = await aStaff(rooms);
  looks = new EvidenceLooks(
    rooms.worker.get(EvidenceService, { strict: false }),
    rooms.worker.get(ContentService, { strict: false }),
  );
}, 60_000);
afterAll(() => rooms?.close());

const inDb = <T>(work: Parameters<Db['as']>[1]): Promise<T> =>
  rooms.worker.get(Db, { strict: false }).as(systemClaims('test'), work) as Promise<T>;

async function asked(host: string, vantage = 'main'): Promise<string> {
  const { caseId, outletIds } = await aCase(rooms, [staff.officer, staff.second], 'investigating', [host]);
  return inDb((tx) =>
    looks.request(tx, {
      url: `http://${host}/`, profile: 'mobile', vantage, caseId, caseNumber: '141122-2026-1', outletId: outletIds[0]!, orderId: '00000000-0000-4000-8000-0000000000e1',
      divisionCode: DIVISION, officers: [staff.officer.id, staff.second.id], place: '示例县市场监督管理局', factToProve: '复查执行情况',
    }),
  ); // prettier-ignore
}

/** Ends a capture as the worker of the evidence room would. */
async function ended(id: string, change: { state: string; navigation?: object; reason?: string; text?: string }): Promise<void> {
  const fixed = change.state === 'fixed';
  await rooms.database.admin.query(
    `UPDATE evidence_package SET state = $2, navigation = $3, reason = $4, fixed_at = $5, manifest_sha256 = $6, manifest_sm3 = $6, sig_sha256 = $6 WHERE id = $1`,
    [
      id,
      change.state,
      change.navigation ? JSON.stringify(change.navigation) : null,
      change.reason ?? null,
      fixed ? rooms.clock.now() : null,
      fixed ? 'a'.repeat(64) : null,
    ],
  );
  if (change.text === undefined) return;
  const { sha256, sm3, size } = await rooms.worker.get(BlobStore, { strict: false }).putOnce(Buffer.from(change.text));
  await rooms.database.admin.query(
    `INSERT INTO evidence_file VALUES ($1, 'content/text.txt', 'text', 'text/plain', 'text', $2, $3, $4)`,
    [id, size, sha256, sm3],
  );
}

it('a look is a capture of the case, by its two officers, for the order', async () => {
  const id = await asked('asked.test');
  const [row] = await rooms.database.admin.query<Record<string, unknown>[]>(
    'SELECT state, profile, purpose, order_id, request FROM evidence_package WHERE id = $1',
    [id],
  );
  expect(row).toMatchObject({
    state: 'requested',
    profile: 'mobile',
    purpose: '复查',
    order_id: '00000000-0000-4000-8000-0000000000e1',
  });
  expect((row!.request as { makers: { name: string }[] }).makers.map(({ name }) => name)).toEqual([
    staff.officer.name,
    staff.second.name,
  ]);
  expect(row!.request).toMatchObject({ vantage: 'main' });
  expect(await inDb((tx) => looks.result(tx, id))).toBeNull();
});

it('is refused from a vantage point that nobody configured, and nothing is asked for', async () => {
  await expect(asked('moon.test', 'moon')).rejects.toMatchObject({
    code: 'evidence.vantageUnfit',
    details: { reason: 'unknown' },
  });
  const found = await rooms.database.admin.query(`SELECT FROM evidence_package WHERE url = 'http://moon.test/'`);
  expect(found).toEqual([]);
});

it('a fixed page is read back with its text; only one that answered counts as fetched', async () => {
  const [page, gone] = [await asked('page.test'), await asked('gone.test')];
  const urlFinal = 'http://page.test/home';
  await ended(page, { state: 'fixed', navigation: { urlFinal, status: 200, title: 'x', ip: '192.0.2.1' }, text: '店铺首页' });
  await ended(gone, {
    state: 'fixed',
    navigation: { urlFinal: 'http://gone.test/', status: 404, title: '', ip: '192.0.2.1' },
    text: '',
  });
  expect(await inDb((tx) => looks.result(tx, page))).toMatchObject({
    reach: 'answered',
    status: 200,
    urlFinal,
    text: '店铺首页',
    ip: '192.0.2.1',
  });
  const fetched = await inDb<Map<string, { url: string }>>((tx) => looks.fetchedAt(tx, [page, gone]));
  expect([...fetched].map(([id, { url }]) => [id, url])).toEqual([[page, 'http://page.test/']]);
});

it.each([
  ['nameNotResolved', 'nameGone'],
  ['ECONNREFUSED', 'refused'],
  ['ETIMEDOUT', 'timeout'],
  ['jobMs', 'timeout'],
  ['CERT_HAS_EXPIRED', 'tls'],
  ['ECONNRESET', 'other'],
  // A vantage point that could not be used says nothing about the site, whatever the network said of it.
  ['vantage mobile-net: ECONNREFUSED', 'vantage'],
  ['vantage mobile-net: ETIMEDOUT', 'vantage'],
  ['browserCrashed', 'other'],
  ['unknown', 'other'],
] as const)('a capture that failed by %s reaches %s', async (reason, reach) => {
  expect(reachOf(reason)).toBe(reach);
  const id = await asked(`${reason.toLowerCase().replace(/[^a-z]+/g, '-')}.test`);
  await ended(id, { state: 'failed', reason });
  expect(await inDb((tx) => looks.result(tx, id))).toMatchObject({ reach, status: null, text: '' });
});

it('what our own egress refused says nothing about the site', async () => {
  const id = await asked('private.test');
  await ended(id, { state: 'refused', reason: 'address.private' });
  expect(await inDb((tx) => looks.result(tx, id))).toMatchObject({ reach: 'blocked' });
});
