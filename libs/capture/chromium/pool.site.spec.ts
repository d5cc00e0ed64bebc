import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SystemClock } from '../../kernel';
import { generateKey } from '../../proof';
import { captureConfig } from '../capture.config';
import { capturePage } from '../capture-page';
import { anOrder, FixtureSite, html } from '../testing';
import { startBrowser } from './fresh-browser';
import { BrowserPool } from './pool';

jest.setTimeout(90_000);

it('a browser that has rehearsed gives the same page as one that has not, and nothing of the rehearsal is in it', async () => {
  const site = await new FixtureSite({
    '/': html(
      '<p id="p"></p><script>p.textContent = [history.length, document.referrer, performance.navigation.type].join()</script>',
    ),
  }).start();
  const folder = mkdtempSync(join(tmpdir(), 'pool-test-'));
  const clock = new SystemClock();
  const config = {
    ...captureConfig.read({ CHROMIUM_PATH: process.env['CHROMIUM_PATH'] }),
    EGRESS_ALLOW_NET: [`127.0.0.1/32:${site.port}`],
  };
  const settings = { chromiumPath: config.CHROMIUM_PATH ?? null, locale: 'zh-CN', timezone: 'Asia/Shanghai' };
  const pool = new BrowserPool(settings, () => clock.now());
  try {
    await pool.ready();
    const texts: string[] = [];
    for (const [n, takeBrowser] of [() => pool.takeLast(), () => startBrowser(settings, () => clock.now())].entries()) {
      const order = anOrder(site.url('/'), { n });
      const signers = [generateKey('test.example/worker-1')];
      const result = await capturePage(order, { stagingDir: folder, takeBrowser, signers, config, clock });
      const read = (path: string) => readFileSync(join(folder, order.packageId, path), 'utf8');
      expect(result).toMatchObject({ outcome: 'complete', limits: [] });
      const { before } = JSON.parse(read('record/environment.json')) as { before: { id: string; result: string }[] };
      expect(before.find(({ id }) => id === 'E02')?.result).toBe('pass');
      expect(read('content/page.mhtml')).not.toContain('Market supervision');
      texts.push(read('content/text.txt'));
    }
    expect(texts[0]).toBe(texts[1]);
    expect(site.served('/')).toHaveLength(2);
  } finally {
    await pool.close();
    await site.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});
