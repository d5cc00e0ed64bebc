import type { OrderKind } from './domain/order';
import { OFFENDING_TEXT } from './testing/fake-looks';
import { OrderService } from './app/order.service';
import type { LookResult } from './app/outside';
import { type OrderRooms, orderRooms } from './testing/order-rooms';
import { act, aDraft, aStaff, type Draft, send, type Staff, tokenIn } from './testing/an-order';

let rooms: OrderRooms;
let staff: Staff;

beforeAll(async () => {
  rooms = await orderRooms();
  staff = await aStaff(rooms);
}, 60_000);
afterAll(() => rooms?.close());

const HOUR = 3_600_000;
const get = (url: string, headers: Record<string, string> = {}) => rooms.portal.inject({ method: 'GET', url, headers });
const post = (url: string, payload: object | Buffer, headers: Record<string, string> = {}) =>
  rooms.portal.inject({ method: 'POST', url, payload, headers });
const form = (fields: Record<string, string>) => Buffer.from(new URLSearchParams(fields).toString());
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const one = async <T>(sql: string, ...values: unknown[]) => (await rooms.database.admin.query<T[]>(sql, values))[0]!;
const stateOf = async (id: string) => (await one<{ state: string }>('SELECT state FROM orders WHERE id = $1', id)).state;

interface Sent extends Draft {
  token: string;
}

async function sent(kind: Exclude<OrderKind, 'restoration'>, hosts: readonly string[]): Promise<Sent> {
  const draft = await aDraft(rooms, staff, kind, hosts);
  await send(rooms, staff, draft.order);
  return { ...draft, token: tokenIn(rooms.mailbox.lastTo(draft.duty).text) };
}

async function codeFor({ token, deputy }: Sent): Promise<string> {
  expect((await post(`/partner/v1/orders/${token}/codes`, {})).statusCode).toBe(202);
  await rooms.settle();
  return /^\d{6}/.exec(rooms.mailbox.lastTo(deputy).text)![0];
}

/** Authorization of a machine that has entered with the code. */
async function entered(order: Sent): Promise<{ authorization: string }> {
  const answer = await post(`/partner/v1/orders/${order.token}/session`, { code: await codeFor(order) });
  expect(answer.statusCode).toBe(200);
  return { authorization: `Bearer ${answer.json<{ session: string }>().session}` };
}

/** Cookie of a browser that has entered with the code. */
async function enteredPage(order: Sent): Promise<{ cookie: string }> {
  const answer = await post(`/o/${order.token}/session`, form({ code: await codeFor(order) }), FORM);
  expect(answer.statusCode).toBe(303);
  return { cookie: String(answer.headers['set-cookie']).split(';')[0]! };
}

const done = (addressNo: number, change: object = {}) => ({
  addressNo,
  result: 'done',
  measure: 'serviceTotalSuspension',
  doneAt: rooms.clock.now().toISOString(),
  ...change,
});
const report = (order: Sent, auth: object, lines: object[], extra: object = {}) =>
  post(
    `/partner/v1/orders/${order.token}/report`,
    { by: { name: '操作员甲', role: '合规' }, lines, ...extra },
    auth as Record<string, string>,
  );

async function acknowledged(
  kind: Exclude<OrderKind, 'restoration'>,
  hosts: readonly string[],
): Promise<{ order: Sent; auth: { authorization: string } }> {
  const order = await sent(kind, hosts);
  const auth = await entered(order);
  expect(
    (await post(`/partner/v1/orders/${order.token}/acknowledgement`, { name: '操作员甲', role: '合规' }, auth)).statusCode,
  ).toBe(200);
  return { order, auth };
}

/** Moves the clock to each hour after now in turn, and lets everything that is due happen. */
async function passHours(...hours: number[]): Promise<void> {
  let gone = 0;
  for (const hour of hours) {
    rooms.clock.advance((hour - gone) * HOUR);
    gone = hour;
    await rooms.settle();
  }
}

describe('the link', () => {
  let order: Sent;
  beforeAll(async () => (order = await sent('suspension', ['link.test'])), 60_000);

  it('AC-OPR-1.1 fetched 50 times by a scanner, with GET and HEAD, leaves the order delivered and no trace on it', async () => {
    const before = await one(
      'SELECT version, (SELECT count(*) FROM order_event WHERE order_id = $1) AS events FROM orders WHERE id = $1',
      order.order.id,
    );
    for (let n = 0; n < 25; n++) {
      expect((await get(`/o/${order.token}`)).statusCode).toBe(200);
      expect((await rooms.portal.inject({ method: 'HEAD', url: `/o/${order.token}` })).statusCode).toBe(200);
    }
    for (const path of ['acknowledgement', 'report', 'execution'])
      expect((await get(`/o/${order.token}/${path}`)).statusCode).toBe(404);
    expect(await stateOf(order.order.id)).toBe('delivered');
    expect(
      await one(
        'SELECT version, (SELECT count(*) FROM order_event WHERE order_id = $1) AS events FROM orders WHERE id = $1',
        order.order.id,
      ),
    ).toEqual(before);
  });

  it('alone shows number and office, in both languages, without script, framed by nobody and told to nobody', async () => {
    for (const [language, words] of [
      ['zh-CN', '发送验证码'],
      ['en', 'Send a code'],
    ] as const) {
      const answer = await get(`/o/${order.token}`, { 'accept-language': language });
      expect(answer.body).toContain('示例县市场监督管理局');
      expect(answer.body).toContain('停服〔');
      expect(answer.body).toContain(words);
      expect(answer.body).toContain(`<html lang="${language}"`);
      expect(answer.body).not.toMatch(/link\.test|禁售|<script|style="/);
      expect(answer.headers).toMatchObject({
        'referrer-policy': 'no-referrer',
        'cache-control': 'no-store',
        'x-robots-tag': 'noindex, nofollow',
      });
      expect(answer.headers['content-security-policy']).toContain("frame-ancestors 'none'");
      expect(answer.rawPayload.length).toBeLessThan(100_000);
    }
    expect((await get(`/partner/v1/orders/${order.token}`)).json()).toEqual({
      number: expect.stringContaining('停服'),
      authority: '示例县市场监督管理局',
      expiresAt: expect.any(String),
    });
  });

  it('an unknown, a malformed and somebody else’s token are answered alike', async () => {
    const answers = await Promise.all(
      ['a'.repeat(43), 'x', `${order.token.slice(0, -2)}zz`].map((token) => get(`/partner/v1/orders/${token}`)),
    );
    expect(new Set(answers.map(({ statusCode, body }) => `${statusCode} ${body}`)).size).toBe(1);
    expect(answers[0]!.statusCode).toBe(404);
  });

  it('opens nothing without a code: no paper, no addresses, no act', async () => {
    for (const path of ['document.pdf', 'addresses.csv']) expect((await get(`/o/${order.token}/${path}`)).statusCode).toBe(401);
    for (const path of ['acknowledgement', 'execution'])
      expect((await post(`/partner/v1/orders/${order.token}/${path}`, { name: 'x', role: 'y' })).statusCode).toBe(401);
    expect((await get(`/partner/v1/orders/${order.token}`, { authorization: `Bearer ${'a'.repeat(43)}` })).json()).toMatchObject({
      code: 'orders.codeRequired',
    });
    expect((await post(`/o/${order.token}/acknowledgement`, form({ name: '甲', role: '乙' }), FORM)).statusCode).toBe(401);
    expect(await stateOf(order.order.id)).toBe('delivered');
  });

  it('a code goes to the other contact, dies after five wrong tries, and an hour has five of them', async () => {
    const code = await codeFor(order);
    expect(rooms.mailbox.mails.filter(({ to, text }) => to === order.duty && text.includes(code))).toEqual([]);
    const wrong = String((Number(code) + 1) % 1_000_000).padStart(6, '0');
    for (let left = 4; left >= 0; left--)
      expect(
        (await post(`/partner/v1/orders/${order.token}/session`, { code: wrong }, { 'idempotency-key': `try-${left}` })).json(),
      ).toMatchObject({ code: 'orders.codeWrong', triesLeft: left });
    expect((await post(`/partner/v1/orders/${order.token}/session`, { code })).statusCode).toBe(403);
    for (let n = 0; n < 4; n++) await post(`/partner/v1/orders/${order.token}/codes`, {});
    const refused = await post(`/partner/v1/orders/${order.token}/codes`, {});
    expect([refused.statusCode, refused.headers['retry-after']]).toEqual([429, '3600']);
  });

  it('an expired one shows no more than before and a new one goes to the registered contact only', async () => {
    const old = await sent('closure', ['expired.test']);
    rooms.clock.advance(15 * 24 * HOUR);
    const page = await get(`/o/${old.token}`);
    expect(page.body).toContain('链接已失效');
    expect((await post(`/partner/v1/orders/${old.token}/codes`, {})).statusCode).toBe(410);
    const before = rooms.mailbox.mails.length;
    for (let n = 0; n < 3; n++) expect((await post(`/o/${old.token}/renewal`, form({}), FORM)).statusCode).toBe(303);
    await rooms.settle();
    const mails = rooms.mailbox.mails.slice(before).filter(({ subject }) => !subject.includes('验证码'));
    expect(mails.map(({ to }) => to)).toEqual([old.duty]);
    expect((await get(`/o/${old.token}`)).statusCode).toBe(404);
    expect((await get(`/o/${tokenIn(mails[0]!.text)}`)).statusCode).toBe(200);
    expect(await stateOf(old.order.id)).toBe('delivered');
  });
});

describe('the operator answers', () => {
  it('AC-OPR-1.2 an acknowledgement names a person, stops order_ack and works in a browser without script; AC-OPR-1.3 page and interface agree', async () => {
    const order = await sent('suspension', ['ack.test']);
    const cookie = await enteredPage(order);
    const page = await get(`/o/${order.token}`, cookie);
    expect(page.body).toContain('http://ack.test/');
    expect(page.body).toContain('文书内容与用印时一致');
    const blank = await post(`/o/${order.token}/acknowledgement`, form({ name: ' ', role: '值班' }), { ...FORM, ...cookie });
    expect([blank.statusCode, blank.body.includes('role="alert"')]).toEqual([422, true]);
    expect(await stateOf(order.order.id)).toBe('delivered');
    for (let twice = 0; twice < 2; twice++) {
      const answer = await post(`/o/${order.token}/acknowledgement`, form({ name: '操作员甲', role: '合规' }), {
        ...FORM,
        ...cookie,
      });
      expect([answer.statusCode, answer.headers.location, answer.headers['referrer-policy']]).toEqual([
        303,
        `/o/${order.token}?lang=zh`,
        'no-referrer',
      ]);
    }
    const clock = await one<{ stopped_at: Date | null; mark: string; basis: string }>(
      `SELECT stopped_at, mark, basis FROM order_clock WHERE order_id = $1 AND key = 'order_ack'`,
      order.order.id,
    );
    expect(clock).toEqual({ stopped_at: expect.any(Date), mark: 'I', basis: expect.any(String) });
    expect(
      await one<{ n: number }>(
        `SELECT count(*)::int AS n FROM order_event WHERE order_id = $1 AND kind = 'acknowledge'`,
        order.order.id,
      ),
    ).toEqual({ n: 1 });
    const auth = await entered(order);
    const told = (await get(`/partner/v1/orders/${order.token}`, auth)).json<{ state: string; acknowledgedBy: string }>();
    expect(told).toMatchObject({ state: 'acknowledged', acknowledgedBy: '操作员甲 (合规)' });
    const shown = (await get(`/o/${order.token}`, cookie)).body;
    expect(shown).toContain('<strong>已签收</strong>');
    expect(shown).toContain('操作员甲 (合规)');
    const pdf = await get(`/o/${order.token}/document.pdf`, cookie);
    expect(pdf.rawPayload.subarray(0, 5).toString()).toBe('%PDF-');
    expect((await get(`/o/${order.token}/addresses.csv`, cookie)).body).toContain('1,"http://ack.test/"');
  });

  it('a paper that is not as it was sealed is shown in red', async () => {
    const order = await sent('suspension', ['forged.test']);
    const cookie = await enteredPage(order);
    await rooms.database.admin.query(`UPDATE order_paper SET bytes = bytes || '\\x00' WHERE order_id = $1`, [order.order.id]);
    expect((await get(`/o/${order.token}`, cookie)).body).toContain('请勿执行');
  });

  it('AC-OPR-2.1 a report for 3 of 5 addresses is partial and the rest keep their clock; AC-OPR-2.2 sent twice it is one; AC-OPR-2.3 it is read back at once', async () => {
    const { order, auth } = await acknowledged('suspension', ['a1.test', 'a2.test', 'a3.test', 'a4.test', 'a5.test']);
    const lines = [done(1), done(2), done(3)];
    const first = await report(order, auth, lines);
    expect(first.json()).toMatchObject({ outcome: 'partial', seq: 1, state: 'reported' });
    const again = await report(order, auth, lines);
    expect(again.body).toBe(first.body);
    const read = (await get(`/partner/v1/orders/${order.token}`, auth)).json<{
      reports: object[];
      addresses: { result: string | null }[];
      clocks: { key: string; stoppedAt: string | null }[];
    }>();
    expect(read.reports).toHaveLength(1);
    expect(read.addresses.map(({ result }) => result)).toEqual(['done', 'done', 'done', null, null]);
    expect(read.clocks.find(({ key }) => key === 'order_exec')!.stoppedAt).toBeNull();

    const rest = await report(order, auth, [done(4), done(5)]);
    expect(rest.json()).toMatchObject({ outcome: 'full', seq: 2 });
    await rooms.settle();
    const receipts = await rooms.database.admin.query(`SELECT form, state FROM document WHERE ref_id = $1 AND form = 'X1R'`, [
      order.order.id,
    ]);
    expect(receipts).toEqual([
      { form: 'X1R', state: 'finished' },
      { form: 'X1R', state: 'finished' },
    ]);
  });

  it('ten identical reports at once are one entry', async () => {
    const { order, auth } = await acknowledged('suspension', ['race.test']);
    const lines = [done(1)];
    const answers = await Promise.all(Array.from({ length: 10 }, () => report(order, auth, lines)));
    expect(new Set(answers.map(({ statusCode, body }) => `${statusCode} ${body}`)).size).toBe(1);
    expect(await one('SELECT count(*)::int AS n FROM order_report WHERE order_id = $1', order.order.id)).toEqual({ n: 1 });
  });

  it('a report with faults names them and enters nothing', async () => {
    const { order, auth } = await acknowledged('suspension', ['faulty.test']);
    const cases: [object[], string][] = [
      [[done(9)], '/lines/9/addressNo'],
      [[done(1, { measure: null })], '/lines/1/measure'],
      [[{ addressNo: 1, result: 'contested' }], '/lines/1/reason'],
      [[done(1, { doneAt: new Date(rooms.clock.now().getTime() + HOUR).toISOString() })], '/lines/1/doneAt'],
    ];
    for (const [lines, pointer] of cases)
      expect((await report(order, auth, lines)).json()).toMatchObject({ code: 'orders.reportFaulty', errors: [{ pointer }] });
    expect((await report(order, auth, [done(1, { extra: 1 })])).statusCode).toBe(422);
    expect(await one('SELECT count(*)::int AS n FROM order_report WHERE order_id = $1', order.order.id)).toEqual({ n: 0 });
  });

  it('everything contested makes the order contested; insisting asks again with a new link', async () => {
    const { order, auth } = await acknowledged('suspension', ['contest.test']);
    await report(order, auth, [{ addressNo: 1, result: 'contested', reason: '该店铺与通知所述不符' }]);
    await rooms.settle();
    expect(await stateOf(order.order.id)).toBe('contested');
    await act(rooms, order.order, staff.officer, 'insist', '经核实,对象无误');
    await rooms.settle();
    expect(await stateOf(order.order.id)).toBe('executing');
    expect((await get(`/o/${order.token}`)).statusCode).toBe(404);
    expect(tokenIn(rooms.mailbox.lastTo(order.duty).text)).not.toBe(order.token);
  });
});

describe('proof', () => {
  const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
  const boundary = 'nms-boundary';
  const multipart = (fields: Record<string, string>, file: { name: string; bytes: Buffer }) =>
    Buffer.concat([
      ...Object.entries(fields).map(([name, value]) =>
        Buffer.from(`--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`),
      ),
      Buffer.from(
        `--${boundary}\r\ncontent-disposition: form-data; name="proof"; filename="${file.name}"\r\ncontent-type: text/html\r\n\r\n`,
      ),
      file.bytes,
      Buffer.from(`\r\n--${boundary}--\r\n`),
    ]);
  const fields = {
    'result.1': 'done',
    'measure.1': 'accountSuspension',
    'doneAt.1': '2026-11-20T10:30',
    name: '操作员甲',
    role: '合规',
    ticket: 'T-1',
  };
  const send5 = (order: Sent, cookie: { cookie: string }, file: { name: string; bytes: Buffer }) =>
    post(`/o/${order.token}/report`, multipart(fields, file), {
      ...cookie,
      'content-type': `multipart/form-data; boundary=${boundary}`,
    });
  let order: Sent;
  let cookie: { cookie: string };

  beforeAll(async () => {
    order = (await acknowledged('suspension', ['proof.test'])).order;
    cookie = await enteredPage(order);
  }, 60_000);

  it('a page, a program or an archive is refused by its bytes, and what was typed is kept', async () => {
    for (const bytes of [Buffer.from('<html><script>'), Buffer.from('MZ\u0000\u0001'), Buffer.from('504b0304', 'hex')]) {
      const answer = await send5(order, cookie, { name: '证明.png', bytes });
      expect([answer.statusCode, answer.body.includes('T-1'), answer.body.includes('不接受该类型')]).toEqual([422, true, true]);
    }
    expect(await stateOf(order.order.id)).toBe('acknowledged');
  });

  it('a file over its limit is 413, the whole form over its limit too', async () => {
    expect(
      (await send5(order, cookie, { name: 'big.png', bytes: Buffer.concat([PNG, Buffer.alloc(5 * 1024 * 1024)]) })).statusCode,
    ).toBe(413);
    expect((await send5(order, cookie, { name: 'huge.png', bytes: Buffer.alloc(27 * 1024 * 1024) })).statusCode).toBe(413);
    expect(await stateOf(order.order.id)).toBe('acknowledged');
  });

  it('a picture is entered with its digest, told by its bytes, and moved to the blob store; its name is no path', async () => {
    expect((await send5(order, cookie, { name: '..\\..\\截图<1>.png', bytes: PNG })).statusCode).toBe(303);
    const waiting = await one<Record<string, unknown>>(
      'SELECT f.name, f.media_type, f.size_bytes FROM order_report_file f JOIN order_report r ON r.id = f.report_id WHERE r.order_id = $1',
      order.order.id,
    );
    expect(waiting).toEqual({ name: '截图_1_.png', media_type: 'image/png', size_bytes: PNG.length });
    expect(
      await one(
        'SELECT done_at FROM order_report_line l JOIN order_report r ON r.id = l.report_id WHERE r.order_id = $1',
        order.order.id,
      ),
    ).toEqual({ done_at: new Date('2026-11-20T02:30:00Z') });
    await rooms.settle();
    expect(
      await one(
        'SELECT bytes, stored_at IS NOT NULL AS stored FROM order_report_file f JOIN order_report r ON r.id = f.report_id WHERE r.order_id = $1',
        order.order.id,
      ),
    ).toEqual({ bytes: null, stored: true });
  });
});

describe('we look for ourselves', () => {
  const away = { status: 404, text: '' };
  const timeout = { reach: 'timeout' as const, status: null, text: '' };

  async function reported(
    kind: Exclude<OrderKind, 'restoration'>,
    host: string,
  ): Promise<{ order: Sent; auth: { authorization: string } }> {
    const made = await acknowledged(kind, [host]);
    expect((await report(made.order, made.auth, [done(1)])).json()).toMatchObject({ outcome: 'full' });
    return made;
  }
  const sees = (host: string, what: (profile: string, vantage: string) => Partial<LookResult>) => {
    const before = rooms.looks.sees;
    rooms.looks.sees = (look) => (look.url.includes(host) ? what(look.profile, look.vantage) : before(look));
  };
  const looksAt = (host: string) => rooms.looks.asked.filter(({ url }) => url.includes(host)).length;

  it('AC-OPR-3.1 a closed site is verified by agreeing looks over 24 hours, within 26, with a telephone among them', async () => {
    const { order } = await reported('closure', 'closed.test');
    sees('closed.test', () => away);
    rooms.clock.advance(9 * 60_000);
    await rooms.settle();
    expect(looksAt('closed.test')).toBe(0);
    await passHours(0.1, 1, 6);
    expect(looksAt('closed.test')).toBe(6);
    expect(await stateOf(order.order.id)).toBe('verifying');
    await passHours(17.9);
    expect(await stateOf(order.order.id)).toBe('verifying');
    await passHours(0.5);
    expect(await stateOf(order.order.id)).toBe('verified');
    const page = await one<{ confirmed: string }>('SELECT confirmed FROM order_address WHERE order_id = $1', order.order.id);
    expect(page.confirmed).toBe('closed');
    expect(await one<{ n: number }>('SELECT count(*)::int AS n FROM case_blocker WHERE case_id = $1', order.caseId)).toEqual({
      n: 0,
    });
    const forms = await rooms.database.admin.query<{ form: string }[]>(
      'SELECT form FROM document WHERE ref_id = $1 ORDER BY form',
      [order.order.id],
    );
    expect(forms.map(({ form }) => form)).toEqual(['X3', 'X3R']);
    const decision = await get(`/o/${order.token}/decision.pdf`, await enteredPage(order));
    expect(decision.body).toContain('%PDF-1.7 decision');
  });

  it('AC-OPR-3.1 one vantage point stands in for two where there is one, and what it confirmed says so', async () => {
    const { order } = await reported('closure', 'single.test');
    sees('single.test', () => away);
    await passHours(0.2, 1.1, 6.1, 24.5);
    expect(await stateOf(order.order.id)).toBe('verified');
    expect(await one('SELECT confirmed_from FROM order_address WHERE order_id = $1', order.order.id)).toEqual({
      confirmed_from: ['main'],
    });
    const told = await one<{ zh: string; en: string }>(
      `SELECT zh, en FROM case_event WHERE case_id = $1 AND kind = 'order.verified'`,
      order.caseId,
    );
    expect(told.zh).toContain('（仅自一个出口所见：main）');
    expect(told.en).toContain('(seen from one vantage point only: main)');
  });

  it('AC-OPR-3.1 with two vantage points both have to have seen it: one that was away for a day holds the verdict up, and accuses nobody', async () => {
    rooms.looks.points = ['main', 'mobile-net'];
    try {
      const { order } = await reported('closure', 'two.test');
      const broken = { reach: 'vantage' as const, status: null, text: '' };
      let isAway = true;
      sees('two.test', (_profile, vantage) => (vantage === 'mobile-net' && isAway ? broken : away));
      await passHours(0.2, 1.1, 6.1, 24.5);
      expect(await stateOf(order.order.id)).toBe('verifying');
      const seen = await rooms.by(staff.officer, () => rooms.worker.get(OrderService).observations(order.order.id));
      expect(new Set(seen.map(({ profile, vantage, verdict, reason }) => [profile, vantage, verdict, reason].join(' ')))).toEqual(
        new Set([
          'desktop main closed status404',
          'mobile main closed status404',
          'desktop mobile-net inconclusive vantage',
          'mobile mobile-net inconclusive vantage',
        ]),
      );
      isAway = false;
      await passHours(50);
      expect(await stateOf(order.order.id)).toBe('verified');
      const page = (await get(`/partner/v1/orders/${order.token}`, await entered(order))).json<{
        addresses: { confirmed: string; confirmedFrom: string[] }[];
        observations: { vantage: string }[];
      }>();
      expect(page.addresses[0]).toMatchObject({ confirmed: 'closed' });
      expect(page.addresses[0]!.confirmedFrom.sort()).toEqual(['main', 'mobile-net']);
      expect(new Set(page.observations.map(({ vantage }) => vantage))).toEqual(new Set(['main', 'mobile-net']));
      const told = await one<{ zh: string }>(
        `SELECT zh FROM case_event WHERE case_id = $1 AND kind = 'order.verified'`,
        order.caseId,
      );
      expect(told.zh).toMatch(/（自2个出口所见：main、mobile-net）$/);
    } finally {
      rooms.looks.points = ['main'];
    }
  });

  it('AC-OPR-3.2 a site that is gone for the desktop and serves telephones is live, and the order fails', async () => {
    const { order } = await reported('suspension', 'cloak.test');
    sees('cloak.test', (profile) => (profile === 'desktop' ? away : {}));
    await passHours(0.2);
    expect(await one('SELECT seen FROM order_address WHERE order_id = $1', order.order.id)).toEqual({ seen: 'live' });
    await passHours(1, 6, 24.5);
    expect(await stateOf(order.order.id)).toBe('failed');
    const seen = await rooms.by(staff.officer, () => rooms.worker.get(OrderService).observations(order.order.id));
    expect(new Set(seen.map(({ profile, verdict }) => `${profile} ${verdict}`))).toEqual(
      new Set(['desktop closed', 'mobile live']),
    );
    expect(seen.every(({ packageId }) => packageId?.startsWith('ev_'))).toBe(true);
  });

  it('AC-OPR-3.3 down, then back next day: the order reopens by itself, officer and operator are told', async () => {
    const { order } = await reported('suspension', 'flap.test');
    sees('flap.test', () => ({ text: '该店铺已暂停服务' }));
    await passHours(0.2, 1.1, 6.1, 24.5);
    expect(await stateOf(order.order.id)).toBe('verified');
    const mails = rooms.mailbox.mails.length;
    sees('flap.test', () => ({ text: `公告\n${OFFENDING_TEXT}` }));
    await passHours(50);
    expect(await stateOf(order.order.id)).toBe('executing');
    expect(rooms.mailbox.mails.slice(mails).filter(({ to }) => to === order.duty)).toHaveLength(1);
    const told = await rooms.database.admin.query<{ kind: string }[]>('SELECT kind FROM case_event WHERE case_id = $1', [
      order.caseId,
    ]);
    expect(told.map(({ kind }) => kind)).toContain('order.reopened');
    expect(await one<{ n: number }>('SELECT count(*)::int AS n FROM case_blocker WHERE case_id = $1', order.caseId)).toEqual({
      n: 1,
    });
    const exec = await one<{ stopped_at: Date | null; due_at: Date }>(
      `SELECT stopped_at, due_at FROM order_clock WHERE order_id = $1 AND key = 'order_exec'`,
      order.order.id,
    );
    expect([exec.stopped_at, exec.due_at > rooms.clock.now()]).toEqual([null, true]);
  });

  it('AC-OPR-3.5 timeouts only stay inconclusive for weeks; nobody is accused, nothing is confirmed', async () => {
    const { order, auth } = await reported('closure', 'slow.test');
    sees('slow.test', () => timeout);
    await passHours(0.2, 1.1, 6.1, 24.5, 73, 250, 420);
    expect(await stateOf(order.order.id)).toBe('verifying');
    const read = (await get(`/partner/v1/orders/${order.token}`, auth)).json<{ code?: string }>();
    expect(read.code).toBe('orders.linkExpired');
    expect(await one('SELECT seen, confirmed FROM order_address WHERE order_id = $1', order.order.id)).toEqual({
      seen: 'inconclusive',
      confirmed: null,
    });
    expect(looksAt('slow.test')).toBeGreaterThanOrEqual(12);
  });

  it('AC-OPR-5.1 restored only when three looks agree that the service is back: the fact for the badge comes then and not before', async () => {
    const { order } = await reported('suspension', 'again.test');
    const restoration = await rooms.by(staff.officer, () =>
      rooms.worker
        .get(OrderService)
        .draft(
          order.caseId,
          { kind: 'restoration', liftsOrderId: order.order.id, ground: 'corrected', reasons: '违法行为已改正' },
          staff.officer,
        ),
    );
    await send(rooms, staff, restoration);
    expect(await stateOf(order.order.id)).toBe('restoreDispatched');
    const token = tokenIn(rooms.mailbox.lastTo(order.duty).text);
    const again = { ...order, token };
    const auth = await entered(again);
    await post(`/partner/v1/orders/${token}/acknowledgement`, { name: '操作员甲', role: '合规' }, auth);
    await report(again, auth, [done(1, { measure: 'restored' })]);
    const restoredFacts = () =>
      one<{ n: number }>(`SELECT count(*)::int AS n FROM outbox WHERE type = 'order.restored' AND subject = $1`, order.order.id);
    sees('again.test', () => ({}));
    await passHours(0.2, 1.1, 6.1);
    expect([await stateOf(order.order.id), await restoredFacts()]).toEqual(['restoreReported', { n: 0 }]);
    await passHours(18.5);
    expect([await stateOf(restoration.id), await stateOf(order.order.id), await restoredFacts()]).toEqual([
      'verified',
      'restoreVerified',
      { n: 1 },
    ]);
    const fact = await one<{ payload: object }>(
      `SELECT payload FROM outbox WHERE type = 'order.restored' AND subject = $1`,
      order.order.id,
    );
    expect(fact.payload).toMatchObject({ kind: 'suspension', outletIds: order.outletIds });
    expect(await one<{ n: number }>('SELECT count(*)::int AS n FROM case_blocker WHERE case_id = $1', order.caseId)).toEqual({
      n: 0,
    });
  });

  it('says once that a clock ran out', async () => {
    const order = await sent('suspension', ['late.test']);
    await passHours(24 * 5, 24 * 6);
    const told = await rooms.database.admin.query<{ kind: string }[]>(
      `SELECT kind FROM case_event WHERE case_id = $1 AND kind = 'order.overdue'`,
      [order.caseId],
    );
    expect(told).toHaveLength(2); // acknowledgement and execution
  });
});
