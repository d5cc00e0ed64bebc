import { domainToASCII } from 'node:url';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import jsQR from 'jsqr';
import { PNG } from 'pngjs';
import { badgePicture, PublicNotes } from '../../../libs/badge';
import { badgeWorld, FLOOR_MS, PublicRegister } from '../../../libs/badge/testing/world';
import { FixedClock } from '../../../libs/kernel';
import { type TestDatabase, testDatabase } from '../../../libs/platform/testing';
import { buildPortal } from './build';

jest.setTimeout(30_000);

let base: TestDatabase;
let app: NestFastifyApplication;
let world: Awaited<ReturnType<typeof badgeWorld>>;
let genuine: string;
const clock = new FixedClock(new Date());
/** Its last letter before the dot is Cyrillic. */
const FAKE = domainToASCII('shop-а.test');
const PORTAL = 'https://verify.example.test';
const browser = { accept: 'text/html', 'accept-language': 'zh-CN,zh;q=0.9' };

const get = (url: string, headers: Record<string, string> = {}) =>
  app.inject({ method: 'GET', url, headers: { ...browser, ...headers } });
const from = (origin: string) => ({ referer: origin });
const settle = () => new Promise((resolve) => setTimeout(resolve, 4_100));
const tone = (body: string) => /class="card verdict (\w+)"/.exec(body)?.[1];
const title = (body: string) => /<h1>([^<]*)<\/h1>/.exec(body)?.[1];

beforeAll(async () => {
  base = await testDatabase();
  world = await badgeWorld(base, clock);
  genuine = (await world.badge({ domain: 'shop-a.test', siteName: '青禾农产' }, { name: '青禾农产品示例有限公司' })).code;
  const { url } = await base.as('nms_portal');
  Object.assign(process.env, {
    DATABASE_URL: url,
    PUBLIC_ORIGIN: PORTAL,
    LOG_LEVEL: 'silent',
    PORTAL_UNKNOWN_PER_MINUTE: '1000',
    PORTAL_REPORTS_PER_HOUR: '3',
  });
  app = await buildPortal();
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
}, 60_000);
afterAll(async () => {
  await app?.close();
  await base?.close();
});

describe('verification page', () => {
  it('AC-PUB-1.1 is green when opened from the registered address, and says from where', async () => {
    const { statusCode, body } = await get(`/b/${genuine}`, from('http://shop-a.test/'));
    expect([statusCode, tone(body), title(body)]).toEqual([200, 'green', '核验通过：亮照标识属实']);
    expect(body).toContain('您从 shop-a.test 打开本页');
    expect(body).toContain('青禾农产品示例有限公司');
    expect(body).toContain('交城县市场监督管理局');
  });

  it.each([
    ['no referrer', {}],
    ['an empty one', from('')],
    ['one that is no web address', from('android-app://com.example/')],
    ['one of our own pages', from(`${PORTAL}/lookup`)],
    ['a search engine', from('https://www.baidu.com/')],
  ])('AC-PUB-1.2 is blue and never red with %s', async (_what, headers) => {
    const { body } = await get(`/b/${genuine}`, headers);
    expect([tone(body), title(body)]).toEqual(['blue', '标识属实，请比对网址']);
    expect(body).toContain('<p class="address">shop-a.test</p>');
  });

  it('AC-PUB-1.3 is red from another domain, with the report prefilled and one note an origin and day', async () => {
    for (let i = 0; i < 3; i += 1) {
      const { body } = await get(`/b/${genuine}`, from('http://copy.test/'));
      expect([tone(body), title(body)]).toEqual(['red', '警示：该标识属于 shop-a.test']);
      expect(body).toContain(`href="/b/${genuine}/report?from=copy.test"`);
    }
    await app.get(PublicNotes).flush();
    await world.asSystem(() => world.services.origins.publishWaiting());
    const facts = await base.admin.query(`SELECT payload FROM outbox WHERE type = 'badge.foreignOrigin'`);
    expect(facts).toMatchObject([{ payload: { origin: 'copy.test', kind: 'copied', code: genuine } }]);
  });

  it.each([
    ['a homograph', `http://${FAKE}/`, 'shop-<mark>а</mark>.test', FAKE],
    ['the sub-domain trick', 'http://shop-a.test.evil.test/', 'shop-a.test<mark>.evil.test</mark>', 'shop-a.test'],
  ])('AC-PUB-1.4 is red from %s, both addresses shown and the difference marked', async (_what, origin, marked, code) => {
    const { body } = await get(`/b/${genuine}`, from(origin));
    expect([tone(body), title(body)]).toEqual(['red', '警示：网址相似，但不是同一网站']);
    expect(body).toContain(marked);
    expect(body).toContain(code);
  });

  it('AC-PUB-1.5 matches the platform and asks to check the shop', async () => {
    const shop = await world.badge({
      domain: 'platform.test',
      url: 'http://platform.test/shop/1',
      carrierKind: 'shop-local-platform',
      siteName: '一号小店',
    });
    const { body } = await get(`/b/${shop.code}`, from('http://platform.test/'));
    expect(tone(body)).toBe('teal');
    expect(body).toContain('请核对店铺名称：一号小店');
    expect(body).toContain('href="http://platform.test/shop/1"');
  });

  it('AC-PUB-1.6 says "no such badge" for a forged code', async () => {
    const { statusCode, body } = await get('/b/141122-26-AAAAAAA');
    expect([statusCode, tone(body), title(body)]).toEqual([404, 'red', '没有这个标识']);
  });

  it('AC-PUB-1.6 takes as long for an unknown code as for a known one', async () => {
    // What makes them alike, whatever else the machine does: the register is asked once for either, and no answer comes before the
    // same moment, which lies behind the register's own time.
    const asked = jest.spyOn(app.get(PublicRegister), 'badge');
    const { code: known } = await world.badge({ domain: 'timed.test' });
    for (const code of [known, `${known.slice(0, -3)}AAA`]) {
      asked.mockClear();
      const start = performance.now();
      await get(`/b/${code}`);
      // A timer may fire up to a millisecond early.
      expect(performance.now() - start).toBeGreaterThan(FLOOR_MS - 1.5);
      expect(asked.mock.calls).toEqual([[code]]);
    }
    asked.mockRestore();
  });

  it('AC-PUB-1.10 AC-PUB-1.11 shows suspension and revocation within five seconds, and the end of the licence', async () => {
    const badge = await world.badge({ domain: 'ends.test' });
    expect(tone((await get(`/b/${badge.code}`, from('http://ends.test/'))).body)).toBe('green');
    await world.move(badge, 'suspend');
    await settle();
    const suspended = (await get(`/b/${badge.code}`, from('http://ends.test/'))).body;
    expect([tone(suspended), title(suspended)]).toEqual(['amber', expect.stringContaining('暂停使用')]);
    await world.move(badge, 'revoke');
    await settle();
    const revoked = (await get(`/b/${badge.code}`, from('http://ends.test/'))).body;
    expect([tone(revoked), title(revoked)]).toEqual(['red', expect.stringMatching(/^标识已于\d{4}年\d+月\d+日撤销$/)]);
  });

  it('AC-PUB-1.10 is red when the licence was revoked, AC-PUB-1.11 amber when an order holds the badge', async () => {
    const [ended, held] = [await world.badge({ domain: 'licence.test' }), await world.badge({ domain: 'held.test' })];
    await world.asSystem(async () => {
      await world.services.subjects.change(ended.subjectId, 1, { status: '3', statusDate: '2026-11-01' }, false);
      await world.services.db.tx((tx) => world.services.holds.suspendByOrder(tx, held.outletId, 'order-1', '暂停服务通知书'));
    });
    const red = (await get(`/b/${ended.code}`, from('http://licence.test/'))).body;
    expect([tone(red), title(red)]).toEqual(['red', '该主体登记状态：吊销']);
    expect(red).toContain('自2026年11月1日起');
    const amber = (await get(`/b/${held.code}`, from('http://held.test/'))).body;
    expect([tone(amber), title(amber)]).toEqual(['amber', expect.stringMatching(/依监管文书暂停服务$/)]);
  });

  it('AC-PUB-1.12 says that the holder has not renewed, and that this is not illegal', async () => {
    const badge = await world.badge({ domain: 'lapsed.test' });
    await base.admin.query(`UPDATE badge SET proved_until = $2 WHERE id = $1`, [badge.id, clock.now()]);
    await world.asSystem(() => world.services.upkeep.lapseOverdue());
    const { body } = await get(`/b/${badge.code}`, from('http://lapsed.test/'));
    expect([tone(body), title(body)]).toEqual(['amber', '经营者尚未续验']);
    expect(body).toContain('这不表示其违法');
  });

  it('AC-PUB-1.13 names a former name', async () => {
    const badge = await world.badge({ domain: 'renamed.test' }, { name: '旧名商行' });
    await world.asSystem(() => world.services.subjects.change(badge.subjectId, 1, { name: '新名商行' }, false));
    const { body } = await get(`/b/${badge.code}`, from('http://renamed.test/'));
    expect(tone(body)).toBe('green');
    expect(body).toContain('新名商行 <span class="quiet">（曾用名：旧名商行）</span>');
  });

  it('AC-PUB-1.16 needs no script, and speaks the language of the browser', async () => {
    for (const [language, words] of [
      ['zh-CN', '本页不说明什么'],
      ['en-GB,en;q=0.9', 'What this page does not say'],
    ]) {
      const { body, headers } = await get(`/b/${genuine}`, { 'accept-language': language! });
      expect(body).toContain(words);
      expect(body.replace(/<script type="application\/ld\+json">.*?<\/script>/, '')).not.toMatch(/<script|\son\w+=|javascript:/i);
      expect(String(headers['content-security-policy'])).not.toContain('script-src');
    }
    expect((await get(`/b/${genuine}?lang=en`)).body).toContain('<html lang="en">');
    expect((await get(`/b/${genuine}?large=1`)).body).toContain('<html lang="zh-CN" class="large">');
  });

  it('AC-PUB-1.17 refuses to be framed', async () => {
    const { headers } = await get(`/b/${genuine}`);
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect(headers['x-frame-options']).toBe('DENY');
  });

  it('is at most 100 KB with its style sheet, sets no cookie and loads nothing from elsewhere', async () => {
    const { body, headers } = await get(`/b/${genuine}`, from('http://copy.test/'));
    const sheet = await get(/href="(\/assets\/[^"]+)"/.exec(body)![1]!);
    expect(body.length + sheet.body.length).toBeLessThan(100 * 1024);
    expect(sheet.headers['cache-control']).toContain('immutable');
    expect(headers['set-cookie']).toBeUndefined();
    expect(body.match(/(?:src|href)="https?:\/\/(?!verify\.example\.test)[^"]+"/g)).toBeNull();
  });

  it('carries JSON-LD that points back at the holder’s site', async () => {
    const { body } = await get(`/b/${genuine}`);
    const data = JSON.parse(/<script type="application\/ld\+json">(.*?)<\/script>/.exec(body)![1]!);
    expect(data).toMatchObject({ '@type': 'Organization', url: 'http://shop-a.test/', sameAs: `${PORTAL}/b/${genuine}` });
  });

  it('shows a hostile name as text', async () => {
    const badge = await world.badge(
      { domain: 'hostile.test', siteName: '<img src=x onerror=alert(1)>' },
      { name: '"><script>alert(1)</script>' },
    );
    const { body } = await get(`/b/${badge.code}`);
    expect(body).not.toMatch(/<img|<script>|onerror=alert\(1\)>/);
    expect(body).toContain('&#60;script&#62;alert(1)');
  });

  it('counts origin and day, and keeps no address of a visitor', async () => {
    await app.get(PublicNotes).flush();
    const rows = await base.admin.query(
      `SELECT v.kind, v.origin, v.visits FROM badge_visit v JOIN badge b ON b.id = v.badge_id WHERE b.code = $1`,
      [genuine],
    );
    expect(rows).toContainEqual({ kind: 'page', origin: 'shop-a.test', visits: expect.any(String) });
    const columns = await base.admin.query(
      `SELECT column_name FROM information_schema.columns WHERE table_name IN ('badge_visit', 'badge_foreign_origin')`,
    );
    expect(columns.map(({ column_name }: { column_name: string }) => column_name)).not.toEqual(
      expect.arrayContaining(['ip', 'address', 'user_agent']),
    );
  });
});

describe('picture, QR and JSON', () => {
  it('draws the state, may be embedded anywhere and is five minutes old at most', async () => {
    const { body, headers } = await get(`/b/${genuine}.svg`, from('http://shop-a.test/'));
    expect(body).toBe(badgePicture('active', genuine));
    expect(headers).toMatchObject({
      'content-type': 'image/svg+xml; charset=utf-8',
      'cache-control': 'public, max-age=300',
      'cross-origin-resource-policy': 'cross-origin',
    });
    expect((await get('/b/141122-26-AAAAAAA.svg')).body).toContain('无此标识');
  });

  it('gives a QR that an independent reader decodes to the address of the page', async () => {
    const { rawPayload } = await get(`/b/${genuine}/qr.png`);
    const { data, width, height } = PNG.sync.read(rawPayload);
    expect(jsQR(new Uint8ClampedArray(data), width, height)?.data).toBe(`${PORTAL}/b/${genuine}`);
  });

  it('answers the same JSON at both addresses, signed, without personal data', async () => {
    const [a, b] = [await get(`/public/v1/badges/${genuine}`), await get(`/b/${genuine}.json`)];
    expect(a.body).toBe(b.body);
    const answer = a.json();
    expect(answer).toMatchObject({
      code: genuine,
      state: 'active',
      valid: true,
      outlet: { host: 'shop-a.test' },
      subject: { status: { zh: '正常' } },
    });
    expect(JSON.parse(answer.record)).toMatchObject({ code: genuine, version: 1 });
    expect(answer.signature).toMatch(/^[A-Za-z0-9+/]{86}==$/);
    const { items } = (await get('/public/v1/keys')).json();
    expect(items).toContainEqual(expect.objectContaining({ keyId: answer.keyId, algorithm: 'Ed25519' }));
    expect(a.body).not.toMatch(/contact|legalRep|declarant|0358-/i);
  });

  it('finds a revoked badge, and says 404 with a problem for none', async () => {
    const badge = await world.badge({ domain: 'gone.test' });
    await world.move(badge, 'revoke');
    expect((await get(`/public/v1/badges/${badge.code}`)).json()).toMatchObject({ state: 'revoked', valid: false });
    const none = await get('/public/v1/badges/141122-26-AAAAAAA');
    expect([none.statusCode, none.headers['content-type'], none.json().code]).toEqual([
      404,
      'application/problem+json; charset=utf-8',
      'badge.notFound',
    ]);
  });
});

describe('look-up', () => {
  it('leads from a code to its page, however it was typed', async () => {
    const typed = encodeURIComponent(genuine.toLowerCase().replaceAll('-', ''));
    const { statusCode, headers } = await get(`/lookup?q=${typed}`);
    expect([statusCode, headers.location]).toEqual([303, `/b/${genuine}`]);
  });

  it.each(['青禾', '青禾农产品示例', 'shop-a.test', 'http://www.shop-a.test/x'])('finds by %s', async (q) => {
    const { body } = await get(`/lookup?q=${encodeURIComponent(q)}`);
    expect(body).toContain('青禾农产品示例有限公司');
    expect(body).toContain(`/b/${genuine}`);
    expect((await get(`/public/v1/subjects?q=${encodeURIComponent(q)}`)).json().items[0]).toMatchObject({
      outlets: [{ host: 'shop-a.test', badge: { code: genuine, state: 'active' } }],
    });
  });

  it('AC-PUB-4.1 does not list natural persons by name, and masks them where they are found by address', async () => {
    await world.badge(
      { domain: 'farm.test' },
      { name: '王小农', kind: 'natural-person-shop', uscc: null, exemption: 'ownFarmProduce' },
    );
    expect((await get(`/public/v1/subjects?q=${encodeURIComponent('王小农')}`)).json()).toMatchObject({
      items: [],
      tooMany: false,
    });
    const [found] = (await get('/public/v1/subjects?q=farm.test')).json().items;
    expect(found).toMatchObject({ name: '王＊＊', domicile: null });
  });

  it('asks for a division instead of cutting off silently', async () => {
    await base.admin.query(
      `INSERT INTO subject (name, kind, division_code, status, source, created_at, updated_at)
       SELECT '连锁便利店第' || i || '分店', 'enterprise', '141122', '1', 'registry', now(), now() FROM generate_series(1, 30) i`,
    );
    const q = encodeURIComponent('连锁便利店');
    expect((await get(`/public/v1/subjects?q=${q}`)).json()).toMatchObject({ items: [], tooMany: true, narrowBy: 'division' });
    expect((await get(`/lookup?q=${q}`)).body).toContain('<select id="division"');
    expect((await get(`/public/v1/subjects?q=${q}&division=330106`)).json()).toMatchObject({ items: [], tooMany: false });
  });

  it('AC-PUB-4.3 has a stable page with JSON-LD for a subject', async () => {
    const [{ id }] = (await get(`/public/v1/subjects?q=${encodeURIComponent('青禾农产')}`)).json().items;
    const { body } = await get(`/subjects/${id}`);
    expect(body).toContain(`<link rel="canonical" href="${PORTAL}/subjects/${id}">`);
    expect(JSON.parse(/ld\+json">(.*?)<\/script>/.exec(body)![1]!)).toMatchObject({ legalName: '青禾农产品示例有限公司' });
  });

  it('answers people with a page and machines with a problem', async () => {
    const page = await get('/subjects/00000000-0000-4000-8000-000000000000');
    expect([page.statusCode, page.headers['content-type']]).toEqual([404, 'text/html; charset=utf-8']);
    const machine = await get('/subjects/00000000-0000-4000-8000-000000000000', { accept: 'application/json' });
    expect([machine.statusCode, machine.json().code]).toEqual([404, 'platform.notFound']);
  });
});

describe('report', () => {
  const send = (payload: string, code = genuine) =>
    app.inject({
      method: 'POST',
      url: `/b/${code}/report`,
      headers: { ...browser, 'content-type': 'application/x-www-form-urlencoded' },
      payload,
    });

  it('is stored by POST only, reaches the division of the code, and is limited', async () => {
    expect((await get(`/b/${genuine}/report?from=copy.test`)).body).toContain('value="copy.test"');
    expect(await base.admin.query('SELECT 1 FROM badge_report')).toEqual([]);
    const { statusCode, headers } = await send('address=copy.test&what=%E5%86%92%E7%94%A8&contact=');
    expect([statusCode, headers.location]).toEqual([303, expect.stringMatching(/^\/report-received\?no=JB\d{8}-\d{8}$/)]);
    expect((await get(headers.location as string)).body).toMatch(/JB\d{8}-\d{8}/);
    expect(
      await base.admin.query(
        'SELECT code, division_code, seen_at_address, what, contact, badge_id IS NOT NULL AS known FROM badge_report',
      ),
    ).toEqual([
      { code: genuine, division_code: '141122', seen_at_address: 'copy.test', what: '冒用', contact: null, known: true },
    ]);
    await send('address=a&what=b', '141122-26-AAAAAAA');
    await send('address=a&what=b');
    const refused = await send('address=a&what=b');
    expect([refused.statusCode, Number(refused.headers['retry-after']) > 0]).toEqual([429, true]);
  });

  it('names what is missing and keeps what was typed', async () => {
    const { statusCode, body } = await send('address=&what=%3Cb%3Ex');
    expect([statusCode, body.includes('请填写在哪里看到'), body.includes('&#60;b&#62;x</textarea>')]).toEqual([422, true, true]);
  });
});

describe('limits and health', () => {
  it('AC-PUB-1.6 limits unknown codes of one address, and never known ones', async () => {
    process.env.PORTAL_UNKNOWN_PER_MINUTE = '5';
    const small = await buildPortal();
    await small.init();
    await small.getHttpAdapter().getInstance().ready();
    const ask = async (code: string) => (await small.inject({ method: 'GET', url: `/public/v1/badges/${code}` })).statusCode;
    const statuses: number[] = [];
    for (let i = 0; i < 7; i += 1) statuses.push(await ask(`141122-26-AAAAA${'ACDEFGH'[i]}3`));
    expect(statuses).toEqual([404, 404, 404, 404, 404, 429, 429]);
    for (let i = 0; i < 20; i += 1) expect(await ask(genuine)).toBe(200);
    await small.close();
  });

  it('AC-PUB-1.14 is grey with the last known state while the register cannot be reached, never green', async () => {
    const badge = await world.badge({ domain: 'cut.test' });
    expect(tone((await get(`/b/${badge.code}`, from('http://cut.test/'))).body)).toBe('green');
    await settle();
    await base.admin.query(`ALTER VIEW public_badge RENAME TO public_badge_away`);
    try {
      const { statusCode, headers, body } = await get(`/b/${badge.code}`, from('http://cut.test/'));
      expect([statusCode, headers['retry-after'], tone(body)]).toEqual([503, '30', 'grey']);
      expect(body).toContain('最近一次所知状态：有效');
      expect((await get(`/public/v1/badges/${badge.code}`)).statusCode).toBe(503);
      expect(tone((await get('/b/141122-26-ACDEFGH')).body)).toBe('grey');
    } finally {
      await base.admin.query(`ALTER VIEW public_badge_away RENAME TO public_badge`);
    }
  });

  it('is healthy while the register answers', async () => expect((await get('/health')).json()).toEqual({ status: 'ok' }));
});
