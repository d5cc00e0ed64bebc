import { CaptureHarness, FixtureSite, html, text } from './testing';

const harness = new CaptureHarness();
afterAll(() => harness.cleanUp());

/** What scripts look at to tell an ordinary visitor from a program, as they see it. */
const LOOKS = `
  const globals = [...Object.getOwnPropertyNames(window), ...Object.getOwnPropertyNames(document), ...Object.getOwnPropertyNames(navigator)];
  const named = globals.filter((name) => /webdriver|puppeteer|playwright|selenium|phantom|nightmare|domAutomation|cdc_|__pw|devtools/i.test(name));
  let called = '';
  try { null.x } catch (error) { called = String(error.stack) }
  fetch('/seen', { method: 'POST', body: JSON.stringify({
    webdriver: navigator.webdriver, named, agent: navigator.userAgent, languages: navigator.languages, plugins: navigator.plugins.length,
    brands: navigator.userAgentData.brands.map(({ brand }) => brand), mobile: navigator.userAgentData.mobile,
    stack: /puppeteer|__evaluation/.test(called), touch: navigator.maxTouchPoints, width: innerWidth, native: navigator.permissions.query.toString(),
  }) });`;

interface Seen {
  webdriver: boolean;
  named: string[];
  agent: string;
  languages: string[];
  plugins: number;
  brands: string[];
  mobile: boolean;
  stack: boolean;
  touch: number;
  width: number;
  native: string;
}

describe.each(['desktop', 'mobile'] as const)('the site sees an ordinary visitor, profile %s', (profile) => {
  it('without a trace of a program that drives it, and told the truth about system and version', async () => {
    const site = await new FixtureSite({
      '/': html(`<meta name="viewport" content="width=device-width"><title>店</title><script>${LOOKS}</script>`),
      '/seen': text('ok'),
    }).start();
    try {
      let shell = false;
      let version = '';
      const captured = await harness.capture(site.url('/'), {
        allow: [`127.0.0.1/32:${site.port}`],
        profile,
        onBrowser: ({ program }) => void ({ shell, version } = program),
      });
      expect(captured.result.outcome).toBe('complete');
      const seen = JSON.parse(site.served('/seen')[0]!.requestBody) as Seen;
      const mobile = profile === 'mobile';
      expect(seen).toMatchObject({ webdriver: false, named: [], stack: false, mobile, touch: mobile ? 5 : 0 });
      expect(seen.native).toContain('[native code]');
      expect(seen.languages[0]).toBe('zh-CN');
      expect(seen.width).toBe(mobile ? 390 : 1366);
      expect(seen.agent).toMatch(/^Mozilla\/5\.0 \(X11; Linux x86_64\) /);
      expect(seen.agent).toContain(`Chrome/${version.split('.')[0]}.`);
      expect(seen.agent).not.toContain('Headless');
      // The shell from npm names itself in its hints (docs/provision.md); a deployment takes Chromium.
      if (!shell || mobile) expect(seen.brands.join()).not.toMatch(/headless/i);
      expect(new Set(site.log.map(({ userAgent }) => userAgent))).toEqual(new Set([seen.agent]));
    } finally {
      await site.stop();
    }
  });
});
