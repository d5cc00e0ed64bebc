import type { CDPSession, Protocol } from 'puppeteer';
import { canvasesOf, fullHeight, htmlOf, mhtmlOf, pdfOf, textOf, treeOf, type Tile } from './chromium/artefacts';
import { stateOf, type Aside } from './chromium/page-acts';

/** One artefact as it was taken: its bytes, or why there are none. */
export interface Copy {
  path: string;
  at: Date;
  content: Buffer | string | null;
  reason?: string;
  picture?: true;
}

/** What taking copies needs to know of the job around it. */
export interface CopyTerms {
  scale: number;
  heightPx: number;
  now(): Date;
  /** Longest time for the next artefact, or null when the job's time is over. */
  timeLeft(most: number): number | null;
  /** Throws when there is no page any more. */
  check(): void;
  step(step: string, detail: string): void;
  tooHigh(): void;
  tooMany(): void;
}

const ARTEFACT_MS = 60_000;
/** Copies of the tree are quick on any page that still answers. */
const SNAPSHOT_MS = 20_000;
const CANVAS_MS = 2_000;

/** All readable copies of the page as it stands now, the picture before the print, because printing may move the page. */
export async function takeCopies(session: CDPSession, aside: Aside, terms: CopyTerms): Promise<Copy[]> {
  const copies: Copy[] = [];
  const take = async (path: string, most: number, make: (timeout: number) => Promise<Buffer | string>) => {
    const timeout = terms.timeLeft(most);
    const copy = { path, at: terms.now() };
    try {
      if (timeout === null) copies.push({ ...copy, content: null, reason: 'limit jobMs' });
      else copies.push({ ...copy, content: await make(timeout) });
    } catch (error) {
      terms.check();
      copies.push({ ...copy, content: null, reason: terms.timeLeft(most) === null ? 'limit jobMs' : reasonOf(error) });
    }
  };
  let tree: Promise<Protocol.DOM.Node> | null = null;
  await take('content/dom.html', SNAPSHOT_MS, async (timeout) => {
    const known = await (tree = treeOf(session, timeout));
    return htmlOf(known, await canvasesOf(session, known, CANVAS_MS));
  });
  await take('content/text.txt', SNAPSHOT_MS, async (timeout) => `${textOf(await (tree ?? treeOf(session, timeout)))}\n`);
  await take('content/page.mhtml', SNAPSHOT_MS, (timeout) => mhtmlOf(session, timeout));
  terms.step('snapshot', 'dom, text, mhtml');
  copies.push(...(await tiles(session, aside, terms)));
  await take('content/page.pdf', ARTEFACT_MS, (timeout) => pdfOf(session, timeout));
  terms.step('snapshot', 'pdf');
  return copies;
}

async function tiles(session: CDPSession, aside: Aside, terms: CopyTerms): Promise<Copy[]> {
  const taken: Copy[] = [];
  const path = () => `content/screen/full-${String(taken.length + 1).padStart(4, '0')}.png`;
  const timeout = terms.timeLeft(ARTEFACT_MS);
  if (timeout === null) return [{ path: path(), at: terms.now(), content: null, reason: 'limit jobMs' }];
  const height = await stateOf(aside).then(
    (state) => state.height,
    () => 0,
  );
  if (height > terms.heightPx) terms.tooHigh();
  try {
    for await (const tile of fullHeight(session, terms.heightPx, terms.scale, timeout)) {
      taken.push({ path: path(), at: terms.now(), content: tile.png, picture: true });
      terms.step(`screen ${taken.length}`, describe(tile));
    }
  } catch (error) {
    terms.check();
    taken.push({
      path: path(),
      at: terms.now(),
      content: null,
      reason: terms.timeLeft(ARTEFACT_MS) === null ? 'limit jobMs' : reasonOf(error),
    });
  }
  return taken;
}

export function reasonOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0]?.slice(0, 300).toWellFormed() ?? '';
}

function describe({ top, width, height }: Tile): string {
  return `${width} x ${height} from ${top}`;
}
