import type { CDPSession } from 'puppeteer';
import type { FreshBrowser } from '../chromium/fresh-browser';
import { finding, na, type Finding } from './finding';

export const PRESENTATION = 'language and zone as configured; screen and fonts stated as the browser has them';

interface Seen {
  languages: string[];
  locale: string;
  timezone: string;
  screen: string;
}

/** Letters of both scripts: which fonts the browser takes for them is what a reader of the pictures wants to know. */
const SAMPLE = '市场监督管理 Market 0123';
const LOOK_MS = 2_000;
/** In a world of its own: nothing that a page could have put in the way of these words is there. */
const LOOK = `(() => {
  const { locale, timeZone } = Intl.DateTimeFormat().resolvedOptions();
  return { languages: [...navigator.languages], locale, timezone: timeZone, screen: screen.width + '×' + screen.height + ' ×' + devicePixelRatio };
})()`;

/** E14. Asks the browser itself, on its empty page, before it has been anywhere. */
export async function presentation(
  { page, program, userAgent }: Pick<FreshBrowser, 'page' | 'program' | 'userAgent'>,
  asked: { locale: string; timezone: string },
): Promise<Finding> {
  const seen = await look(page).catch((error: unknown) => String(error).slice(0, 160));
  if (typeof seen === 'string') return na(PRESENTATION, `the browser did not say: ${seen}`);
  const fonts = await fontsOf(page).catch(() => []);
  const told = [
    `languages ${seen.languages.join(' ')}, dates as ${seen.locale}`,
    `zone ${seen.timezone}`,
    `screen ${seen.screen}`,
    `fonts ${fonts.join(', ') || 'not said'}`,
    program.label,
    userAgent,
  ].join('; ');
  const fits = seen.languages[0] === asked.locale && seen.timezone === asked.timezone;
  return finding(fits && fonts.length > 0 ? 'pass' : 'warn', PRESENTATION, told);
}

async function look(page: CDPSession): Promise<Seen> {
  const contextId = await ownWorld(page);
  const { result } = await page.send(
    'Runtime.evaluate',
    { expression: LOOK, contextId, returnByValue: true },
    { timeout: LOOK_MS },
  );
  return result.value as Seen;
}

async function ownWorld(page: CDPSession): Promise<number> {
  const { frameTree } = await page.send('Page.getFrameTree', undefined, { timeout: LOOK_MS });
  const { executionContextId } = await page.send(
    'Page.createIsolatedWorld',
    { frameId: frameTree.frame.id, worldName: 'nms-environment' },
    { timeout: LOOK_MS },
  );
  return executionContextId;
}

/** Fonts that the browser really takes for the sample, which is gone from its page afterwards. */
async function fontsOf(page: CDPSession): Promise<string[]> {
  const contextId = await ownWorld(page);
  const put = `(() => { const it = document.createElement('p'); it.id = 'nms-sample'; it.textContent = ${JSON.stringify(SAMPLE)};
    it.style.fontFamily = 'sans-serif'; document.body.append(it); return it.offsetWidth; })()`;
  const take = `document.getElementById('nms-sample')?.remove()`;
  try {
    await page.send('Runtime.evaluate', { expression: put, contextId }, { timeout: LOOK_MS });
    await page.send('DOM.enable', undefined, { timeout: LOOK_MS });
    await page.send('CSS.enable', undefined, { timeout: LOOK_MS });
    const { root } = await page.send('DOM.getDocument', { depth: 0 }, { timeout: LOOK_MS });
    const { nodeId } = await page.send(
      'DOM.querySelector',
      { nodeId: root.nodeId, selector: '#nms-sample' },
      { timeout: LOOK_MS },
    );
    const { fonts } = await page.send('CSS.getPlatformFontsForNode', { nodeId }, { timeout: LOOK_MS });
    return [...new Set(fonts.map(({ familyName }) => familyName))].sort();
  } finally {
    await Promise.all([
      page.send('Runtime.evaluate', { expression: take, contextId }, { timeout: LOOK_MS }).catch(() => undefined),
      page.send('CSS.disable', undefined, { timeout: LOOK_MS }).catch(() => undefined),
      page.send('DOM.disable', undefined, { timeout: LOOK_MS }).catch(() => undefined),
    ]);
  }
}
