import type { CDPSession } from 'puppeteer';
import { canvasesOf, htmlOf, pictureOf, textOf, treeOf } from './chromium/artefacts';
import type { Recorder } from './chromium/recorder';
import { reasonOf, type Copy, type CopyTerms } from './page-copies';

/** Windows beyond this many are named and closed without copies. */
export const POPUP_PAGES = 5;
const LOAD_MS = 3_000;
const COPY_MS = 6_000;
const CANVAS_MS = 1_000;

/**
 * Copies of the windows that the page opened, each a page of its own: text, tree and picture. Taken when the page itself is done, because only
 * one page at a time is drawn. A window whose document the egress refused has none, and the console line says why.
 */
export async function takePopups(recorder: Recorder, terms: CopyTerms): Promise<Copy[]> {
  const copies: Copy[] = [];
  let n = 0;
  for (const popup of recorder.popups.all) {
    if (popup.state === 'closed') continue;
    const session = recorder.sessionOf(popup);
    const refused = popup.targetId && recorder.refusalOf(popup);
    if (popup.targetId === '') popup.told = 'recorded, not opened';
    else if (refused) popup.told = `recorded and closed: ${refused}`;
    else if (!session) popup.told = 'recorded and closed: it closed itself';
    else if (n >= POPUP_PAGES) {
      popup.told = `recorded and closed: more than ${POPUP_PAGES} windows`;
      terms.tooMany();
    } else {
      n += 1;
      const folder = `content/popups/${String(n).padStart(4, '0')}`;
      copies.push(...(await copiesOf(session, folder, terms)));
      popup.told = `recorded in ${folder}, then closed`;
      terms.step(`popup ${n}`, popup.url);
    }
    recorder.closePopup(popup);
  }
  if (n > 0) await recorder.mainToFront();
  return copies;
}

async function copiesOf(session: CDPSession, folder: string, terms: CopyTerms): Promise<Copy[]> {
  const copies: Copy[] = [];
  const take = async (name: string, make: (timeout: number) => Promise<Buffer | string>, picture?: true) => {
    const timeout = terms.timeLeft(COPY_MS);
    const copy = { path: `${folder}/${name}`, at: terms.now() };
    try {
      if (timeout === null) copies.push({ ...copy, content: null, reason: 'limit jobMs' });
      else copies.push({ ...copy, content: await make(timeout), ...(picture && { picture }) });
    } catch (error) {
      copies.push({ ...copy, content: null, reason: reasonOf(error) });
    }
  };
  await loaded(session);
  await take('dom.html', async (timeout) => {
    const tree = await treeOf(session, timeout);
    return htmlOf(tree, await canvasesOf(session, tree, CANVAS_MS));
  });
  await take('text.txt', async (timeout) => `${textOf(await treeOf(session, timeout))}\n`);
  await take('screen.png', (timeout) => pictureOf(session, timeout), true);
  return copies;
}

async function loaded(session: CDPSession): Promise<void> {
  const until = performance.now() + LOAD_MS;
  while (performance.now() < until) {
    const state = await session
      .send('Runtime.evaluate', { expression: 'document.readyState', returnByValue: true }, { timeout: 1_000 })
      .catch(() => null);
    if (state?.result.value === 'complete') return;
    await new Promise((done) => setTimeout(done, 50));
  }
}
