import { createHash } from 'node:crypto';
import { SystemClock } from '../kernel';
import { captureConfig } from './capture.config';
import { startBrowser } from './chromium/fresh-browser';
import { selfTest, SelfTestDesk, SELF_TEST_PAGE } from './self-test';
import { CaptureHarness, FixtureSite, html } from './testing';

jest.setTimeout(90_000);

const clock = new SystemClock();
const config = captureConfig.read({ CHROMIUM_PATH: process.env['CHROMIUM_PATH'] });
const browser = { chromiumPath: config.CHROMIUM_PATH ?? null, locale: 'zh-CN', timezone: 'Asia/Shanghai' };
let started = 0;
const deps = {
  config,
  clock,
  takeBrowser: () => {
    started += 1;
    return startBrowser(browser, () => clock.now());
  },
};

describe('E15: the self-test', () => {
  it('has golden digests that are those of its page', () => {
    for (const { text, sha256 } of Object.values(SELF_TEST_PAGE))
      expect(createHash('sha256').update(text).digest('hex')).toBe(sha256);
  });

  it('is made once, passes on the browser of this machine, and every capture tells when it was', async () => {
    const desk = new SelfTestDesk(deps);
    const result = await desk.result();
    expect(result).toMatchObject({ passed: true, reason: '' });
    const harness = new CaptureHarness();
    const site = await new FixtureSite({ '/': html('<p>页</p>') }).start();
    try {
      const captured = await harness.capture(site.url('/'), { allow: [`127.0.0.1/32:${site.port}`], deps: { selfTest: desk } });
      const environment = JSON.parse(captured.text('record/environment.json')) as { before: { id: string }[] };
      expect(environment.before.find(({ id }) => id === 'E15')).toMatchObject({
        result: 'pass',
        observed: expect.stringContaining(result.at),
      });
      expect(started).toBe(1);
      expect(site.log).toHaveLength(site.served('/').length + site.served('/favicon.ico').length);
    } finally {
      await site.stop();
      harness.cleanUp();
    }
  });

  it('that failed counts for who waited for it, and the next capture is tested anew', async () => {
    let tries = 0;
    const takeBrowser = () => ((tries += 1) === 1 ? Promise.reject(new Error('no memory')) : deps.takeBrowser());
    const desk = new SelfTestDesk({ ...deps, takeBrowser });
    const [first, second] = await Promise.all([desk.result(), desk.result()]);
    expect([first.passed, second, tries]).toEqual([false, first, 1]);
    expect(await desk.result()).toMatchObject({ passed: true });
    await desk.result();
    expect(tries).toBe(2);
  });

  it.each([
    ['a body that is another one', '/data.json', '{"colour": "#c8c81e"}', /body of \/data\.json is [0-9a-f]{64}/],
    [
      'a colour that is off by one',
      '/style.css',
      SELF_TEST_PAGE['/style.css']?.text.replace('#c81e1e', '#c91e1e') ?? '',
      /30000 pixels differ, first 0,0 is c91e1eff/,
    ],
  ])('finds %s', async (_what, path, changed, found) => {
    const page = { ...SELF_TEST_PAGE, [path]: { type: SELF_TEST_PAGE[path]?.type ?? '', text: changed } };
    const { passed, reason } = await selfTest(deps, page);
    expect(passed).toBe(false);
    expect(reason).toMatch(found);
  });

  it('stops every capture with a browser that fails it', async () => {
    const desk = {
      finding: () =>
        new SelfTestDesk({ ...deps, takeBrowser: () => Promise.reject(new Error('no browser')) }).finding('0'.repeat(64)),
    };
    const harness = new CaptureHarness();
    try {
      const { result } = await harness.capture('http://127.0.0.1:9/', { allow: ['127.0.0.1/32:9'], deps: { selfTest: desk } });
      expect(result).toMatchObject({ outcome: 'failed', reason: expect.stringMatching(/^environment: .*E15/) });
    } finally {
      harness.cleanUp();
    }
  });
});
