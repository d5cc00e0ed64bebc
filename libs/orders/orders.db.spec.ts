import { aCase, anOfficer, DIVISION, type OrderRooms, orderRooms } from './testing/order-rooms';
import { act, aDraft, aStaff, type Draft, send, type Staff, tokenIn } from './testing/an-order';
import { OrderService } from './app/order.service';
import { TransitionService } from './app/transition.service';
import type { OrderRow } from './store/order.entity';
import { ORDER_ROWS } from './store/rows';
import { someClaims, systemClaims } from '../platform/testing';

let rooms: OrderRooms;
let staff: Staff;

beforeAll(async () => {
  rooms = await orderRooms();
  staff = await aStaff(rooms);
}, 60_000);
afterAll(() => rooms?.close());

const orders = () => rooms.worker.get(OrderService);
const stateOf = async (id: string) =>
  (await rooms.database.admin.query<{ state: string }[]>('SELECT state FROM orders WHERE id = $1', [id]))[0]!.state;
const refusal = (code: string) => expect.objectContaining({ code });

describe('before an order may leave the house', () => {
  it.each([
    ['suspension', 'clue'],
    ['suspension', 'filingProposed'],
    ['suspension', 'notFiled'],
    ['closure', 'investigating'],
    ['closure', 'decided'],
  ] as const)('AC-OFF-3.1 a %s is not offered in a case that is %s', async (kind, state) => {
    const { caseId } = await aCase(rooms, [staff.officer, staff.second], state, []);
    await expect(rooms.by(staff.officer, () => orders().draft(caseId, { kind }, staff.officer))).rejects.toEqual(
      refusal('orders.caseNotReady'),
    );
  });

  it('AC-OFF-3.1 a case that fell back after approval stops the dispatch too', async () => {
    const { order, caseId } = await aDraft(rooms, staff, 'suspension', ['back.test']);
    for (const [who, action] of [
      ['officer', 'submit'],
      ['reviewer', 'agree'],
      ['head', 'approve'],
      ['head', 'seal'],
    ] as const)
      await act(rooms, order, staff[who], action);
    await rooms.database.admin.query(`UPDATE case_file SET state = 'transferred' WHERE id = $1`, [caseId]);
    await expect(act(rooms, order, staff.officer, 'dispatch')).rejects.toEqual(refusal('orders.caseNotReady'));
    expect(await stateOf(order.id)).toBe('sealed');
  });

  it('AC-OFF-3.2 a missing item is named by the check and blocks submission and approval', async () => {
    const { order } = await aDraft(rooms, staff, 'suspension', ['gap.test']);
    await rooms.by(staff.officer, () => orders().edit(order.id, order.version, { reasons: '' }, staff.officer));
    const check = await rooms.by(staff.officer, () => orders().check(order.id));
    expect(check.complete).toBe(false);
    expect(check.items.filter(({ ok }) => !ok)).toEqual([
      expect.objectContaining({ item: 'reasons', missing: [expect.objectContaining({ field: 'reasons' })] }),
    ]);
    await expect(act(rooms, order, staff.officer, 'submit')).rejects.toEqual(refusal('orders.contentIncomplete'));

    const { order: stale } = await aDraft(rooms, staff, 'suspension', ['stale.test']);
    await act(rooms, stale, staff.officer, 'submit');
    await act(rooms, stale, staff.reviewer, 'agree');
    rooms.clock.advance(25 * 3_600_000);
    await expect(act(rooms, stale, staff.head, 'approve')).rejects.toMatchObject({
      code: 'orders.contentIncomplete',
      details: { missing: [{ item: 'addresses', field: 'addresses.0' }] },
    });
    expect(await stateOf(stale.id)).toBe('checked');
  });

  it('nobody approves or reviews his own work, and no approval goes without the reviewer', async () => {
    const { order } = await aDraft(rooms, staff, 'suspension', ['duty.test']);
    await act(rooms, order, staff.officer, 'submit');
    const alsoHead = { ...staff.officer, permissions: [...staff.officer.permissions, 'order:approve', 'order:review'] };
    await expect(act(rooms, order, alsoHead, 'agree')).rejects.toEqual(refusal('orders.separationOfDuty'));
    await expect(act(rooms, order, staff.head, 'approve')).rejects.toEqual(refusal('orders.reviewMissing'));
    await act(rooms, order, staff.reviewer, 'agree');
    await expect(act(rooms, order, alsoHead, 'approve')).rejects.toEqual(refusal('orders.separationOfDuty'));
    await expect(act(rooms, order, { ...staff.reviewer, permissions: ['order:approve'] }, 'approve')).rejects.toEqual(
      refusal('orders.separationOfDuty'),
    );
    await expect(act(rooms, order, staff.second, 'approve')).rejects.toEqual(refusal('platform.forbidden'));
  });

  it('approval and seal need a second factor shown at most five minutes ago', async () => {
    const { order } = await aDraft(rooms, staff, 'suspension', ['factor.test']);
    await act(rooms, order, staff.officer, 'submit');
    await act(rooms, order, staff.reviewer, 'agree');
    const stale = { ...staff.head, secondFactorAt: new Date(rooms.clock.now().getTime() - 5 * 60_000 - 1_000) };
    const approve = (head: typeof stale) =>
      rooms.by(head, () => rooms.worker.get(TransitionService).transition(order.id, 'approve', {}, head));
    await expect(approve(stale)).rejects.toEqual(refusal('officers.secondFactorRequired'));
    await expect(approve({ ...stale, secondFactorAt: null as never })).rejects.toEqual(refusal('officers.secondFactorRequired'));
    await act(rooms, order, staff.head, 'approve');
    expect(await stateOf(order.id)).toBe('approved');
  });

  it('a forced move answers with the allowed ones and changes nothing', async () => {
    const { order } = await aDraft(rooms, staff, 'suspension', ['forced.test']);
    await expect(act(rooms, order, staff.officer, 'dispatch')).rejects.toMatchObject({
      code: 'orders.illegalMove',
      details: { state: 'draft', allowed: ['submit', 'discard'] },
    });
    expect(await stateOf(order.id)).toBe('draft');
  });
});

describe('on its way', () => {
  let sent: Draft;
  beforeAll(async () => {
    sent = await aDraft(rooms, staff, 'suspension', ['sent.test']);
    await send(rooms, staff, sent.order);
  }, 60_000);

  it('is numbered, sealed as PDF, mailed and delivered; the case cannot be closed meanwhile and says what happened', async () => {
    const order = (await rooms.by(staff.officer, () => orders().get(sent.order.id))).order;
    expect(order).toMatchObject({ state: 'delivered', approvedBy: staff.head.id, submittedBy: staff.officer.id });
    expect(order.number).toMatch(/^示市监停服〔\d{4}〕\d+号$/);
    const [paper] = await rooms.database.admin.query<{ bytes: Buffer }[]>('SELECT bytes FROM order_paper WHERE order_id = $1', [
      order.id,
    ]);
    expect(paper!.bytes.subarray(0, 5).toString()).toBe('%PDF-');
    expect(await rooms.database.admin.query('SELECT text FROM case_blocker WHERE case_id = $1', [sent.caseId])).toEqual([
      { text: expect.stringContaining(order.number!) },
    ]);
    const told = await rooms.database.admin.query<{ kind: string }[]>(
      'SELECT kind FROM case_event WHERE case_id = $1 ORDER BY id',
      [sent.caseId],
    );
    expect(told.map(({ kind }) => kind)).toEqual(['order.dispatched', 'order.delivered']);
  });

  it('AC-OPR-1.4 the mail shows number and office only, and no token is stored anywhere', async () => {
    const mail = rooms.mailbox.lastTo(sent.duty);
    expect(mail.text).toContain('示例县市场监督管理局');
    expect(mail.text).not.toMatch(/sent\.test|禁售|店铺/);
    const token = tokenIn(mail.text);
    const dump = await rooms.database.admin.query<{ all: string }[]>(
      `SELECT string_agg(t::text, ' ') AS all FROM (SELECT to_jsonb(l) AS t FROM order_link l UNION ALL SELECT to_jsonb(e) FROM order_event e UNION ALL SELECT to_jsonb(o) FROM outbox o UNION ALL SELECT to_jsonb(a) FROM audit_event a) x`,
    );
    expect(dump[0]!.all.length).toBeGreaterThan(100);
    expect(dump[0]!.all).not.toContain(token);
  });

  it('a refused mail leaves the order dispatched, is noted and tried again with another link', async () => {
    const other = await aDraft(rooms, staff, 'suspension', ['bounce.test']);
    rooms.mailbox.refuses = true;
    await send(rooms, staff, other.order);
    expect(await stateOf(other.order.id)).toBe('dispatched');
    rooms.mailbox.refuses = false;
    await rooms.settle();
    expect(await stateOf(other.order.id)).toBe('dispatched');
    rooms.clock.advance(61_000);
    await rooms.settle();
    expect(await stateOf(other.order.id)).toBe('delivered');
    const events = (await rooms.by(staff.officer, () => orders().timeline(other.order.id))).map(({ kind }) => kind);
    expect(events).toEqual(expect.arrayContaining(['mailRefused', 'mailSent']));
  });

  it('an operator without a mailbox stops the order before it is submitted', async () => {
    const { order, operatorId } = await aDraft(rooms, staff, 'suspension', ['mute.test']);
    await rooms.database.admin.query('DELETE FROM operator_contact WHERE operator_id = $1', [operatorId]);
    await expect(act(rooms, order, staff.officer, 'submit')).rejects.toEqual(refusal('orders.noContact'));
  });

  it('what was approved keeps its words, whoever tries', async () => {
    for (const change of [`reasons = 'x'`, `until = '2030-01-01'`, `basis = '[]'`, `operator_id = NULL`])
      await expect(rooms.database.admin.query(`UPDATE orders SET ${change} WHERE id = $1`, [sent.order.id])).rejects.toThrow(
        'keeps its content',
      );
    await expect(rooms.database.admin.query('DELETE FROM order_event')).rejects.toThrow('insert-only');
  });
});

describe('AC-OFF-3.3 when the last day has passed', () => {
  let sent: Draft;
  let restoration: OrderRow;
  beforeAll(async () => {
    sent = await aDraft(rooms, staff, 'suspension', ['lapse.test'], 20);
    await send(rooms, staff, sent.order);
    await act(rooms, await lifting(sent), staff.officer, 'submit').catch(() => undefined);
    rooms.clock.advance(20 * 86_400_000);
    await rooms.settle();
    expect(await stateOf(sent.order.id)).toBe('delivered');
    rooms.clock.advance(86_400_000);
    await rooms.settle();
    [restoration] = (await restorationsOf(sent.order.id, 'state <> $$discarded$$')) as [OrderRow];
  }, 60_000);

  const lifting = (draft: Draft) =>
    rooms.by(staff.officer, () =>
      orders().draft(
        draft.caseId,
        { kind: 'restoration', liftsOrderId: draft.order.id, ground: 'corrected', reasons: '已改正' },
        staff.officer,
      ),
    );
  const restorationsOf = (id: string, where: string) =>
    rooms.database.admin.query<OrderRow[]>(`SELECT * FROM orders WHERE lifts_order_id = $1 AND ${where}`, [id]);

  it('a restoration is made, sealed, dispatched and delivered without anybody, and the draft of one gives way', async () => {
    expect(await stateOf(sent.order.id)).toBe('restoreDispatched');
    expect(restoration).toMatchObject({ state: 'delivered', ground: 'lapsed', approved_by: 'system:lapse' });
    expect(restoration.number).toMatch(/^示市监复服〔\d{4}〕\d+号$/);
    expect(await restorationsOf(sent.order.id, 'state = $$discarded$$')).toHaveLength(1);
    expect(
      rooms.mailbox.mails.filter(({ to, subject }) => to === sent.duty && subject.includes(restoration.number!)),
    ).toHaveLength(1);
  });

  it('the case timeline says so', async () => {
    const told = await rooms.database.admin.query<{ kind: string; en: string }[]>(
      'SELECT kind, en FROM case_event WHERE case_id = $1',
      [sent.caseId],
    );
    expect(told).toEqual(expect.arrayContaining([{ kind: 'order.lapsed', en: expect.stringContaining('without human action') }]));
  });

  it('happens once, however often the sweep looks', async () => {
    await rooms.settle();
    expect(await restorationsOf(sent.order.id, 'state <> $$discarded$$')).toHaveLength(1);
  });
});

describe('what officers do about an order', () => {
  it('an approved order that is discarded leaves its number in the register, void with the reason', async () => {
    const { order } = await aDraft(rooms, staff, 'suspension', ['void.test']);
    await act(rooms, order, staff.officer, 'submit');
    await act(rooms, order, staff.reviewer, 'agree');
    await act(rooms, order, staff.head, 'approve');
    await act(rooms, order, staff.officer, 'discard', '对象有误');
    const [row] = await rooms.database.admin.query<object[]>(
      `SELECT o.state, d.state AS document, n.void_reason FROM orders o JOIN document d ON d.id::text = o.document_id JOIN document_number n ON n.document_id = d.id WHERE o.id = $1`,
      [order.id],
    );
    expect(row).toEqual({ state: 'discarded', document: 'void', void_reason: '对象有误' });
  });

  it('an order that was taken back is reviewed and approved afresh', async () => {
    const { order } = await aDraft(rooms, staff, 'suspension', ['again.test']);
    await act(rooms, order, staff.officer, 'submit');
    await act(rooms, order, staff.reviewer, 'agree');
    await act(rooms, order, staff.officer, 'revise');
    await act(rooms, order, staff.second, 'submit');
    await expect(act(rooms, order, staff.head, 'approve')).rejects.toEqual(refusal('orders.reviewMissing'));
    await expect(act(rooms, order, staff.reviewer, 'return')).rejects.toEqual(refusal('orders.reasonMissing'));
    await act(rooms, order, staff.reviewer, 'return', '范围过宽');
    expect(await stateOf(order.id)).toBe('draft');
  });

  it('AC-OPR-5.1 the head may end a restoration by a written word, with a fresh second factor; nobody else and not without reason', async () => {
    const { order, caseId } = await aDraft(rooms, staff, 'suspension', ['override.test'], 20);
    await send(rooms, staff, order);
    rooms.clock.advance(21 * 86_400_000);
    await rooms.settle();
    expect(await stateOf(order.id)).toBe('restoreDispatched');
    await expect(act(rooms, order, staff.officer, 'override', 'x')).rejects.toEqual(refusal('platform.forbidden'));
    await expect(act(rooms, order, staff.head, 'override')).rejects.toEqual(refusal('orders.reasonMissing'));
    await act(rooms, order, staff.head, 'override', '站点已注销,无法复查');
    await rooms.settle();
    expect(await stateOf(order.id)).toBe('restoreVerified');
    const held = await rooms.database.admin.query<{ ref: string }[]>('SELECT ref FROM case_blocker WHERE case_id = $1', [caseId]);
    expect(held.map(({ ref }) => ref)).not.toContain(order.id);
  });

  it('an order that is running is lifted once, and only in its own case', async () => {
    const { order, caseId } = await aDraft(rooms, staff, 'suspension', ['lift.test']);
    const lift = (inCase: string) =>
      rooms.by(staff.officer, () =>
        orders().draft(inCase, { kind: 'restoration', liftsOrderId: order.id, ground: 'corrected' }, staff.officer),
      );
    await expect(lift(caseId)).rejects.toEqual(refusal('orders.nothingToLift'));
    await send(rooms, staff, order);
    await lift(caseId);
    await expect(lift(caseId)).rejects.toEqual(refusal('orders.alreadyLifting'));
    const elsewhere = await aCase(rooms, [staff.officer, staff.second], 'investigating', []);
    await expect(lift(elsewhere.caseId)).rejects.toEqual(refusal('orders.nothingToLift'));
  });
});

describe('row security', () => {
  const tables = [
    'orders',
    'order_address',
    'order_event',
    'order_clock',
    'order_link',
    'order_observation',
    'order_paper',
    'order_report',
  ];
  const county = (division: string) => ({
    actor: '00000000-0000-4000-8000-000000000009',
    scope: 'unit' as const,
    division,
    roles: ['officer'],
  });

  it.each([
    ['an officer of the county', county(DIVISION), true],
    ['an officer of the next county', county('141121'), false],
    ['an officer of the city who sees below', { ...county('141100'), scope: 'below' as const }, true],
    ['an administrator', { ...county(DIVISION), scope: 'none' as const, roles: ['systemAdmin'] }, false],
    ['a visitor', someClaims({ actor: 'public', scope: 'public', roles: [] }), false],
    ['the system', systemClaims('test'), true],
  ])('%s', async (_who, claims, sees) => {
    const { db } = await rooms.database.as('nms_api');
    await db.as(claims, async (tx) => {
      for (const table of ['orders', 'order_address', 'order_event', 'order_clock', 'order_paper']) {
        const [row] = await tx.query<{ n: number }[]>(`SELECT count(*)::int AS n FROM ${table}`);
        expect([table, row!.n > 0]).toEqual([table, sees]);
      }
    });
  });

  it('an order out of scope is answered exactly like one that does not exist', async () => {
    const stranger = await anOfficer(rooms, 'stranger', ['order:read'], '141121');
    const [any] = await rooms.database.admin.query<{ id: string }[]>('SELECT id FROM orders LIMIT 1');
    const answers = [any!.id, '00000000-0000-4000-8000-00000000dead'].map((id) =>
      rooms.by(stranger, () => orders().get(id)).catch((fault: unknown) => JSON.stringify(fault)),
    );
    const [hidden, unknown] = await Promise.all(answers);
    expect(hidden).toBe(unknown);
    expect(hidden).toContain('platform.notFound');
  });

  it('without a claim nothing is read, and the portal without a link reads nothing either', async () => {
    const api = await rooms.database.as('nms_api');
    expect(await api.source.query('SELECT id FROM orders')).toEqual([]);
    const portal = await rooms.database.as('nms_portal');
    for (const claims of [systemClaims('portal'), someClaims({ scope: 'all' })])
      await portal.db.as(claims, async (tx) => {
        for (const table of tables.filter((name) => name !== 'order_event'))
          expect([table, await tx.query(`SELECT * FROM ${table}`)]).toEqual([table, []]);
      });
  });

  it('the portal reads no case, no document, no evidence and no other order through its link', async () => {
    const { db } = await rooms.database.as('nms_portal');
    const [link] = await rooms.database.admin.query<{ token_hash: string; order_id: string }[]>(
      'SELECT token_hash, order_id FROM order_link WHERE revoked_at IS NULL LIMIT 1',
    );
    await db.as(someClaims({ actor: 'public', scope: 'public', roles: [] }), async (tx) => {
      await tx.query(`SELECT set_config('nms.order_link', $1, true)`, [link!.token_hash]);
      expect(await tx.query('SELECT id FROM orders')).toEqual([{ id: link!.order_id }]);
      const foreign = await tx.query<unknown[]>('SELECT FROM order_paper WHERE order_id <> $1', [link!.order_id]);
      expect(foreign).toEqual([]);
    });
    for (const table of ['case_file', 'document', 'evidence_package', 'operator', 'audit_event'])
      await expect(db.as(systemClaims('portal'), (tx) => tx.query(`SELECT * FROM ${table}`))).rejects.toThrow(
        'permission denied',
      );
  });

  it.each(['verified', 'lapsed', 'delivered', 'dispatched'])('the portal cannot move an order to %s', async (state) => {
    const { db } = await rooms.database.as('nms_portal');
    const [link] = await rooms.database.admin.query<{ token_hash: string; order_id: string }[]>(
      `SELECT l.token_hash, l.order_id FROM order_link l JOIN orders o ON o.id = l.order_id WHERE l.revoked_at IS NULL AND o.state <> $1 LIMIT 1`,
      [state],
    );
    const move = db.as(someClaims({ actor: 'public', scope: 'public', roles: [] }), async (tx) => {
      await tx.query(`SELECT set_config('nms.order_link', $1, true)`, [link!.token_hash]);
      await tx.query('UPDATE orders SET state = $2 WHERE id = $1', [link!.order_id, state]);
    });
    await expect(move).rejects.toThrow('the portal cannot move an order');
  });
});

it.each(ORDER_ROWS.map((row) => [row.name, row] as const))('the columns of %s are those of its table', async (_name, row) => {
  const { db } = await rooms.database.as('nms_worker', ORDER_ROWS);
  await db.as(systemClaims('test'), (tx) => tx.find(row as never, { take: 1 }));
});
