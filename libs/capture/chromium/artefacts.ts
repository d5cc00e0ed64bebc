import type { CDPSession, Protocol } from 'puppeteer';

/** Chromium's software renderer draws no texture taller than 16,384 pixels. */
export const TILE_PX = 16_000;

export interface Tile {
  top: number;
  width: number;
  height: number;
  png: Buffer;
}

const FIRST_TRY_MS = 8_000;

const PNG = { format: 'png', optimizeForSpeed: true } as const;

export async function firstView(session: CDPSession, timeout: number): Promise<Buffer> {
  return once(session, { ...PNG }, timeout);
}

/** A page that comes to the front for this alone, in one picture of at most the height of a tile. */
export async function pictureOf(session: CDPSession, timeout: number): Promise<Buffer> {
  await session.send('Page.bringToFront', undefined, { timeout });
  const { cssContentSize } = await session.send('Page.getLayoutMetrics', undefined, { timeout });
  const width = Math.max(1, Math.ceil(cssContentSize.width));
  return strip(session, 0, width, Math.max(1, Math.min(Math.ceil(cssContentSize.height), TILE_PX)), timeout);
}

/** A popup may have taken the front in this very moment, or the renderer may lack memory for a moment: tried again, then told. */
async function once(session: CDPSession, options: Protocol.Page.CaptureScreenshotRequest, timeout: number): Promise<Buffer> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      // A page that is drawn at all is drawn in a few seconds; one in the background never is.
      const { data } = await session.send('Page.captureScreenshot', options, {
        timeout: attempt === 1 ? Math.min(timeout, FIRST_TRY_MS) : timeout,
      });
      return Buffer.from(data, 'base64');
    } catch (error) {
      if (attempt === 2 || /closed|crash/i.test(String(error))) throw error;
      await session.send('Page.bringToFront', undefined, { timeout: 3_000 }).catch(() => undefined);
      await new Promise((done) => setTimeout(done, 100));
    }
  }
}

/** The page from top to bottom, in tiles that lie edge to edge. Gives each one as it comes, so that a later failure keeps the earlier ones. */
export async function* fullHeight(
  session: CDPSession,
  heightLimit: number,
  scale: number,
  timeout: number,
): AsyncGenerator<Tile> {
  const { cssContentSize } = await session.send('Page.getLayoutMetrics', undefined, { timeout });
  const width = Math.max(1, Math.ceil(cssContentSize.width));
  const height = Math.max(1, Math.min(Math.ceil(cssContentSize.height), heightLimit));
  const step = Math.floor(TILE_PX / scale);
  for (let top = 0; top < height; top += step) {
    const part = Math.min(step, height - top);
    yield { top, width, height: part, png: await strip(session, top, width, part, timeout) };
  }
}

function strip(session: CDPSession, y: number, width: number, height: number, timeout: number): Promise<Buffer> {
  return once(session, { ...PNG, captureBeyondViewport: true, clip: { x: 0, y, width, height, scale: 1 } }, timeout);
}

export async function pdfOf(session: CDPSession, timeout: number): Promise<Buffer> {
  const paper = {
    printBackground: true,
    paperWidth: 8.27,
    paperHeight: 11.69,
    preferCSSPageSize: false,
    generateTaggedPDF: false,
  };
  const { data } = await session.send('Page.printToPDF', paper, { timeout });
  return Buffer.from(data, 'base64');
}

export async function mhtmlOf(session: CDPSession, timeout: number): Promise<Buffer> {
  const { data } = await session.send('Page.captureSnapshot', { format: 'mhtml' }, { timeout });
  return Buffer.from(data, 'utf8');
}

/** The tree as it stands, frames and shadow roots (closed ones too) inside it. */
export async function treeOf(session: CDPSession, timeout: number): Promise<Protocol.DOM.Node> {
  return (await session.send('DOM.getDocument', { depth: -1, pierce: true }, { timeout })).root;
}

const VOID = new Set('area base br col embed hr img input link meta source track wbr'.split(' '));
const RAW = new Set('script style xmp iframe noembed noframes plaintext'.split(' '));
const UNSEEN = new Set('script style noscript template head'.split(' '));
const BLOCKS = new Set(
  'p div section article header footer li ul ol table tr h1 h2 h3 h4 h5 h6 br hr form nav main aside dd dt figure pre'.split(' '),
);

const MAX_CANVASES = 40;
const MAX_CANVAS_CHARACTERS = 8_000_000;
/** Own copy of the drawing area; a canvas that has seen foreign pictures refuses, and says so. */
const PIXELS = `function () { return HTMLCanvasElement.prototype.toDataURL.call(this, 'image/png') }`;

/** What each canvas shows, by its node; in closed shadow roots and frames too. `!reason` where its pixels could not be had. */
export async function canvasesOf(session: CDPSession, tree: Protocol.DOM.Node, timeout: number): Promise<Map<number, string>> {
  const found: number[] = [];
  const look = (node: Protocol.DOM.Node): void => {
    if (node.nodeName === 'CANVAS') found.push(node.backendNodeId);
    for (const child of [...(node.children ?? []), ...(node.shadowRoots ?? [])]) look(child);
    if (node.contentDocument) look(node.contentDocument);
  };
  look(tree);
  const pixels = new Map<number, string>();
  let rest = MAX_CANVAS_CHARACTERS;
  for (const [at, backendNodeId] of found.entries()) {
    if (at >= MAX_CANVASES || rest <= 0) pixels.set(backendNodeId, '!more canvases than are kept');
    else {
      const text = await pixelsOf(session, backendNodeId, timeout).catch(() => '!not readable');
      pixels.set(backendNodeId, text.length > rest ? '!too large' : text);
      rest -= text.length;
    }
  }
  return pixels;
}

async function pixelsOf(session: CDPSession, backendNodeId: number, timeout: number): Promise<string> {
  const { object } = await session.send('DOM.resolveNode', { backendNodeId }, { timeout });
  const { result, exceptionDetails } = await session.send(
    'Runtime.callFunctionOn',
    { objectId: object.objectId as string, functionDeclaration: PIXELS, returnByValue: true },
    { timeout },
  );
  if (exceptionDetails) return `!${exceptionDetails.exception?.className ?? 'not readable'}`;
  return String(result.value).startsWith('data:image/png;base64,') ? String(result.value) : '!empty';
}

/**
 * HTML text of the tree: shadow roots as declarative templates with their mode, frames' documents as `data-recorded-srcdoc`, pixels of a canvas as
 * `data-recorded-pixels` (a data address) or, where they could not be had, `data-recorded-pixels-missing` (why).
 */
export function htmlOf(node: Protocol.DOM.Node, pixels: ReadonlyMap<number, string> = new Map()): string {
  const out: string[] = [];
  write(node, out, false, pixels);
  return out.join('').toWellFormed();
}

function write(node: Protocol.DOM.Node, out: string[], raw: boolean, pixels: ReadonlyMap<number, string>): void {
  switch (node.nodeType) {
    case 3:
      out.push(raw ? node.nodeValue : escape(node.nodeValue));
      return;
    case 8:
      out.push(`<!--${node.nodeValue}-->`);
      return;
    case 10:
      out.push(`<!DOCTYPE ${node.nodeName}${node.publicId ? ` PUBLIC "${node.publicId}" "${node.systemId ?? ''}"` : ''}>`);
      return;
    case 1:
      return element(node, out, pixels);
    default:
      for (const child of node.children ?? []) write(child, out, false, pixels);
  }
}

function element(node: Protocol.DOM.Node, out: string[], pixels: ReadonlyMap<number, string>): void {
  const name = node.localName || node.nodeName.toLowerCase();
  const pairs = node.attributes ?? [];
  let head = `<${name}`;
  for (let at = 0; at + 1 < pairs.length; at += 2) head += ` ${pairs[at]}="${attribute(pairs[at + 1] ?? '')}"`;
  if (node.contentDocument) head += ` data-recorded-srcdoc="${attribute(htmlOf(node.contentDocument, pixels))}"`;
  const drawn = pixels.get(node.backendNodeId);
  if (drawn)
    head += drawn.startsWith('!')
      ? ` data-recorded-pixels-missing="${attribute(drawn.slice(1))}"`
      : ` data-recorded-pixels="${drawn}"`;
  out.push(`${head}>`);
  if (VOID.has(name)) return;
  for (const root of node.shadowRoots ?? []) {
    if (root.shadowRootType === 'user-agent') continue;
    out.push(`<template shadowrootmode="${root.shadowRootType ?? 'open'}">`);
    for (const child of root.children ?? []) write(child, out, false, pixels);
    out.push('</template>');
  }
  if (node.templateContent) write(node.templateContent, out, false, pixels);
  for (const child of node.children ?? []) write(child, out, RAW.has(name), pixels);
  out.push(`</${name}>`);
}

/** All text of the tree in document order, shadow roots and frames included; what is hidden by style is included too. */
export function textOf(node: Protocol.DOM.Node): string {
  const out: string[] = [];
  gather(node, out);
  return out
    .join('')
    .replace(/[ \t\f\r]+/g, ' ')
    .replace(/ ?\n[\n ]*/g, '\n')
    .trim()
    .toWellFormed();
}

function gather(node: Protocol.DOM.Node, out: string[]): void {
  const name = (node.localName || node.nodeName).toLowerCase();
  if (node.nodeType === 3) out.push(node.nodeValue.replace(/\s+/g, ' '));
  if (UNSEEN.has(name)) return;
  if (BLOCKS.has(name)) out.push('\n');
  for (const root of node.shadowRoots ?? []) if (root.shadowRootType !== 'user-agent') gather(root, out);
  for (const child of node.children ?? []) gather(child, out);
  if (node.contentDocument) {
    out.push('\n');
    gather(node.contentDocument, out);
    out.push('\n');
  }
  if (BLOCKS.has(name)) out.push('\n');
  if (name === 'td' || name === 'th') out.push('\t');
}

function escape(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}

function attribute(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/"/g, '&quot;').replace(/</g, '&lt;');
}
