import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import puppeteer, { type Browser, type Page } from 'puppeteer';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/**
 * A browser for looking at our own pages and at the demonstration's sites on loopback; every *.test name leads to `sitesPort`.
 * Nothing from outside is opened with it, which is why it may run without sandbox.
 */
export async function startLooking(sitesPort: number): Promise<Browser> {
  return puppeteer.launch({
    executablePath: await programPath(),
    args: ['--no-sandbox', '--disable-quic', `--host-resolver-rules=MAP *.test 127.0.0.1:${sitesPort}, EXCLUDE 127.0.0.1`],
  });
}

async function programPath(): Promise<string> {
  if (process.env.CHROMIUM_PATH) return process.env.CHROMIUM_PATH;
  for (const name of NAMES) {
    try {
      return execFileSync('which', [name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    } catch {
      // not this one
    }
  }
  const { default: packaged } = await import('@sparticuz/chromium');
  return packaged.executablePath();
}

/** A picture of the whole page, to be looked at: under `.data/pictures/portal/`. */
export async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env.NMS_PICTURES_DIR ?? join('.data', 'pictures', 'portal');
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`) as `${string}.png`, fullPage: true });
}
