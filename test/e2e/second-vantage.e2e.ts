import type { Browser } from 'puppeteer';
import { FixtureSite, FixtureUpstream, html } from '../../libs/capture/testing';
import { Desk, startBrowser, until } from '../support/desk';
import { System } from '../support/system';

// An officer asks for a page from a second vantage point as well, and reads how the two compare.
const MINUTE = 60_000;
const CREDENTIALS = 'officer:hunter2';

const upstream = new FixtureUpstream();
/** What the same address shows in the other network. */
const elsewhere = new FixtureSite({ '/': html('<meta charset="utf-8"><title>店</title><h1>本店已停业</h1>') });
let system: System;
let browser: Browser;

beforeAll(async () => {
  await Promise.all([upstream.start(), elsewhere.start()]);
  upstream.leadsTo = elsewhere.port;
  system = await System.start({
    CAPTURE_VANTAGES: 'main,mobile-net',
    CAPTURE_UPSTREAMS: `mobile-net=http://${CREDENTIALS}@127.0.0.1:${upstream.port}`,
  });
  browser = await startBrowser();
  const page = '<meta charset="utf-8"><title>店</title><h1>全场包邮</h1>';
  const made = await fetch(`${system.addresses.internet}/__admin/hosts/cloak.test`, {
    method: 'PUT',
    body: JSON.stringify({ page }),
  });
  expect(made.ok).toBe(true);
}, 4 * MINUTE);
afterAll(async () => {
  await browser?.close();
  await system?.stop();
  await Promise.all([upstream.stop(), elsewhere.stop()]);
}, MINUTE);

const WORDS = {
  zh: { different: '自出口“mobile-net”所见与自出口“main”所见不同', waiting: '系统将自出口“mobile-net”再次采集' },
  en: { different: 'What mobile-net saw is not what main saw', waiting: 'the system captures the page again from mobile-net' },
} as const;

interface Row {
  id: string;
  state: string;
  requested_by: string;
  comparison: object | null;
}

describe.each(['zh', 'en'] as const)('in %s', (language) => {
  let desk: Desk;
  let id: string;
  beforeAll(async () => {
    desk = await Desk.of(system, browser, `second-${language}`);
    await desk.signIn('officer.a', language);
  }, MINUTE);
  afterAll(() => desk?.page.browserContext().close());

  it(
    'is offered in the form, but not for a page under the own hand',
    async () => {
      const second = system.accounts().find(({ account }) => account === 'officer.b')!;
      await desk.open('captures/create');
      await desk.page.waitForSelector('.ra-input-secondVantage');
      await desk.choose('mode', 'interactive');
      await desk.gone('.ra-input-secondVantage');
      await desk.choose('mode', 'automatic');
      await desk.choose('secondVantage', 'mobile-net');
      await desk.type('url', 'http://cloak.test/');
      await desk.type('purpose', '核查网页公示情况');
      await desk.pick('secondOfficerId', second.name);
      await desk.type('place', '网监股办公室');
      await desk.type('factToProve', '网页当时的内容');
      await desk.fit('form');
      await desk.press('[type=submit]');
      await desk.page.waitForFunction(() => /#\/captures\/ev_[^/]+\/show/.test(location.hash), { timeout: 30_000 });
      id = /ev_[0-9A-Z]+/.exec(desk.page.url())![0];
      await desk.shown(WORDS[language].waiting);
    },
    2 * MINUTE,
  );

  it(
    'F26: is captured from there once the first is fixed, and both sides say that they differ',
    async () => {
      const [first] = await system.query<Row>('SELECT * FROM evidence_package WHERE id = $1', [id]);
      const second = await until(
        'the second capture to be fixed',
        async () =>
          (await system.query<Row>('SELECT * FROM evidence_package WHERE second_of = $1', [id])).find(({ state }) =>
            /fixed|stamped/.test(state),
          ),
        4 * MINUTE,
      );
      expect(second.requested_by).toBe(first!.requested_by);
      expect(second.comparison).toEqual({ vantage: 'main', id, text: 'different', picture: 'different' });
      // Nobody reloads: the page of the first hears of the second by itself.
      await desk.shown(WORDS[language].different, MINUTE);
      await desk.fit('first');
      await desk.press(`a[href*="compare?with=${id}"]`);
      await desk.shown('本店已停业', MINUTE);
      await desk.shown(WORDS[language].different);
      await desk.fit('compared');
      expect(desk.faults).toEqual([]);
      const authorization = `Basic ${Buffer.from(CREDENTIALS).toString('base64')}`;
      expect(upstream.asked.length).toBeGreaterThan(0);
      expect(upstream.asked.every((one) => one.authorization === authorization && /^127\.0\.0\.1:\d+$/.test(one.target))).toBe(
        true,
      );
    },
    6 * MINUTE,
  );
});
