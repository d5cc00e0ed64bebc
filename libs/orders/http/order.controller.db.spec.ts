import { aCase, anOfficer, type CaseAndOutlets, type OrderRooms, orderRooms } from '../testing/order-rooms';
import { aStaff, type Staff } from '../testing/an-order';
import { aConsole, type Console } from '../testing/console';

let rooms: OrderRooms;
let staff: Staff;
let desk: Console;
let made: CaseAndOutlets;
const JUSTIFIED = '站点对本局网络限流,已另行取证';

beforeAll(async () => {
  rooms = await orderRooms();
  staff = await aStaff(rooms);
  desk = await aConsole(rooms);
  made = await aCase(rooms, [staff.officer, staff.second], 'investigating', ['desk.test']);
}, 60_000);
afterAll(async () => {
  await desk?.app.close();
  await rooms?.close();
});

const draft = () => ({
  kind: 'suspension',
  operatorId: made.operatorId,
  addresses: [{ outletId: made.outletIds[0], justification: JUSTIFIED }],
  scope: 'shop',
  until: new Date(rooms.clock.now().getTime() + 10 * 86_400_000).toISOString().slice(0, 10),
});
const post = (who: 'officer' | 'reviewer' | 'head', url: string, payload: object = {}, headers: Record<string, string> = {}) =>
  desk.call(staff[who], 'POST', url, payload, headers);
const fresh = () => ({ 'x-fresh': rooms.clock.now().toISOString() });

it('a second identical POST with the same key gets the same answer and makes one order', async () => {
  const key = { 'idempotency-key': 'draft-1' };
  const payload = draft();
  const first = await post('officer', `/cases/${made.caseId}/orders`, payload, key);
  const second = await post('officer', `/cases/${made.caseId}/orders`, payload, key);
  expect([first.status, second.status]).toEqual([201, 201]);
  expect(second.body).toEqual(first.body);
  const [count] = await rooms.database.admin.query<{ n: number }[]>('SELECT count(*)::int AS n FROM orders WHERE case_id = $1', [
    made.caseId,
  ]);
  expect(count).toEqual({ n: 1 });
  expect(first.headers.etag).toMatch(/^"\d+"$/);
});

it('from draft to dispatched by its routes, with the actions that each person is offered', async () => {
  const { body: order } = await post('officer', `/cases/${made.caseId}/orders`, draft());
  const { id } = order as { id: string };
  expect(order).toMatchObject({
    state: 'draft',
    availableActions: ['submit', 'discard'],
    basis: expect.arrayContaining([{ law: '电子商务信用管理制度', article: '23', mark: 'F' }]),
  });
  expect((await post('officer', `/orders/${id}/check`)).body).toMatchObject({
    complete: true,
    items: expect.arrayContaining([{ item: 'addresses', ok: true, missing: [] }]),
  });
  const go = async (who: 'officer' | 'reviewer' | 'head', action: string, headers = {}) =>
    (await post(who, `/orders/${id}/transitions`, { action }, headers)).body as Record<string, unknown>;
  expect(await go('officer', 'submit')).toMatchObject({ state: 'checked', availableActions: ['revise', 'discard'] });
  expect(await go('reviewer', 'agree')).toMatchObject({ state: 'checked' });
  expect(await go('head', 'approve')).toMatchObject({ code: 'officers.secondFactorRequired', status: 403 });
  expect(await go('head', 'approve', fresh())).toMatchObject({ state: 'approved', number: expect.stringContaining('停服') });
  expect(await go('head', 'seal', fresh())).toMatchObject({ state: 'sealed', documentId: expect.any(String) });
  expect(await go('officer', 'dispatch')).toMatchObject({ state: 'dispatched' });
  const timeline = (await desk.call(staff.officer, 'GET', `/orders/${id}/timeline`)).body as unknown as { kind: string }[];
  expect(timeline.map(({ kind }) => kind)).toEqual(['drafted', 'submit', 'agree', 'approve', 'seal', 'dispatch']);
  const acts = await rooms.database.admin.query<{ act: string }[]>(
    `SELECT act FROM audit_event WHERE kind = 'order' AND record = $1 ORDER BY id`,
    [id],
  );
  expect(acts.map(({ act }) => act)).toEqual(
    expect.arrayContaining(['order.drafted', 'order.approve', 'order.seal', 'order.dispatch', 'order.read']),
  );
});

it('an edit needs the version that was read; a citation’s mark is ours to give', async () => {
  const { body: order } = await post('officer', `/cases/${made.caseId}/orders`, draft());
  const { id, version } = order as { id: string; version: number };
  const patch = (headers: Record<string, string>, payload: object) =>
    desk.call(staff.officer, 'PATCH', `/orders/${id}`, payload, headers);
  expect((await patch({}, { reasons: 'x' })).status).toBe(428);
  expect((await patch({ 'if-match': '"99"' }, { reasons: 'x' })).status).toBe(412);
  const basis = [
    { law: '电子商务信用管理制度', article: '23' },
    { law: '某办法', article: '1' },
  ];
  const edited = await patch({ 'if-match': `"${version}"` }, { reasons: '新理由', basis });
  expect([edited.status, edited.body]).toEqual([
    200,
    expect.objectContaining({
      reasons: '新理由',
      version: version + 1,
      basis: [
        { ...basis[0], mark: 'F' },
        { ...basis[1], mark: 'K' },
      ],
    }),
  ]);
});

it.each([
  ['an unknown field', { surprise: 1 }, 422],
  ['a mark from outside', { basis: [{ law: 'x', article: '1', mark: 'F' }] }, 422],
  ['an outlet that is not there', { addresses: [{ outletId: '00000000-0000-4000-8000-00000000dead' }] }, 422],
  ['an operator that is not there', { operatorId: '00000000-0000-4000-8000-00000000dead' }, 422],
  [
    'an address that somebody typed',
    { addresses: [{ outletId: '00000000-0000-4000-8000-00000000dead', url: 'http://elsewhere.test/' }] },
    422,
  ],
])('refuses %s', async (_what, change, status) => {
  const before = await rooms.database.admin.query('SELECT count(*) FROM orders');
  expect((await post('officer', `/cases/${made.caseId}/orders`, { ...draft(), ...change })).status).toBe(status);
  expect(await rooms.database.admin.query('SELECT count(*) FROM orders')).toEqual(before);
});

it('a stranger gets for a real order, byte for byte, what he gets for none; a person without the right gets 403', async () => {
  const stranger = await anOfficer(rooms, 'other', ['order:read', 'order:draft'], '141121');
  const [any] = await rooms.database.admin.query<{ id: string }[]>('SELECT id FROM orders LIMIT 1');
  for (const path of ['', '/timeline', '/observations']) {
    const [real, none] = [
      await desk.call(stranger, 'GET', `/orders/${any!.id}${path}`),
      await desk.call(stranger, 'GET', `/orders/00000000-0000-4000-8000-00000000dead${path}`),
    ];
    expect([real.status, real.body]).toEqual([404, none.body]);
  }
  expect((await desk.call(stranger, 'POST', `/cases/${made.caseId}/orders`, draft())).status).toBe(404);
  expect((await desk.call(stranger, 'GET', '/orders')).body).toMatchObject({ items: [], total: 0 });
  expect((await post('reviewer', `/cases/${made.caseId}/orders`, draft())).status).toBe(403);
});

it('lists what a case has, newest first, page by page', async () => {
  const first = (await desk.call(staff.officer, 'GET', `/cases/${made.caseId}/orders?limit=1`)).body as unknown as {
    items: { id: string }[];
    nextCursor: string;
    total: number;
  };
  expect(first.items).toHaveLength(1);
  const next = (await desk.call(staff.officer, 'GET', `/cases/${made.caseId}/orders?limit=1&cursor=${first.nextCursor}`))
    .body as unknown as typeof first;
  expect(next.items[0]!.id).not.toBe(first.items[0]!.id);
  expect((await desk.call(staff.officer, 'GET', `/orders?state=dispatched&caseId=${made.caseId}`)).body).toMatchObject({
    total: 1,
  });
});
