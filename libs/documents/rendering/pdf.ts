import { createRequire } from 'node:module';
import type { Content, TDocumentDefinitions } from 'pdfmake/interfaces';
import pdfmake = require('pdfmake');
import { DocumentProblem } from '../domain/problems';
import type { PdfSigner } from './cades';
import { fillSignature, reserveSignature, type SignableDocument } from './pdf-signature';

const resolve = createRequire(__filename).resolve;
const FONT_FILES = {
  normal: resolve('@expo-google-fonts/noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf'),
  bold: resolve('@expo-google-fonts/noto-sans-sc/700Bold/NotoSansSC_700Bold.ttf'),
};
export const FONT = 'NotoSansSC';

// The library must reach for nothing but these two files: what it prints comes from hostile pages too.
pdfmake.setUrlAccessPolicy(() => false);
(pdfmake as unknown as { setLocalAccessPolicy(allow: (path: string) => boolean): void }).setLocalAccessPolicy((path) =>
  Object.values(FONT_FILES).includes(path),
);
pdfmake.setFonts({ [FONT]: { ...FONT_FILES, italics: FONT_FILES.normal, bolditalics: FONT_FILES.bold } });

export interface Attachment {
  name: string;
  mediaType: string;
  bytes: Buffer;
  description: string;
}

export interface PdfOptions {
  title: string;
  author: string;
  /** Goes into the file as its date of creation; the same input and instant give the same bytes. */
  at: Date;
  attachments?: readonly Attachment[];
  /** What to do with characters that the font lacks: refuse (a legal document), or print their code point (a captured page's title). */
  strangeCharacters?: 'refuse' | 'spellOut';
  /** Signs the file (PAdES). For processes that hold a seal key. */
  signer?: PdfSigner;
}

interface FontFile {
  unitsPerEm: number;
  hasGlyphForCodePoint(codePoint: number): boolean;
  layout(text: string): { glyphs: { path: { toSVG(): string } }[] };
}

/** The parts of the underlying document that pdfmake hands through without typing them. */
interface PdfDocument extends SignableDocument {
  subset_conformance: string;
  provideFont(family: string, bold: boolean, italics: boolean): { font: FontFile };
  file(bytes: Buffer, options: object): void;
}

interface Output {
  pdfDocumentPromise: Promise<PdfDocument>;
  getBuffer(): Promise<Buffer>;
}

let bold: Promise<FontFile> | null = null;

/** The bold face, read once: which characters it has, and their outlines. Both faces cover the same characters. */
function boldFace(): Promise<FontFile> {
  const probe = () => pdfmake.createPdf({ content: '字', defaultStyle: { font: FONT } }) as unknown as Output;
  bold ??= probe().pdfDocumentPromise.then((document) => document.provideFont(FONT, true, false).font);
  return bold;
}

async function fontCovers(): Promise<(codePoint: number) => boolean> {
  const font = await boldFace();
  return (codePoint) => font.hasGlyphForCodePoint(codePoint);
}

/** Outlines of `text`, one SVG path a character in units of one em, y upwards: writing that is a drawing and stays out of the text layer. */
export async function outlines(text: string): Promise<{ path: string; unitsPerEm: number }[]> {
  const font = await boldFace();
  return [...text].map((char) => ({ path: font.layout(char).glyphs[0]!.path.toSVG(), unitsPerEm: font.unitsPerEm }));
}

const INVISIBLE = /[\n\r\t\u00ad\u200b-\u200f\u2060\ufeff]/;

async function strangersIn(content: unknown, covers: (codePoint: number) => boolean): Promise<string[]> {
  const found = new Set<string>();
  const walk = (value: unknown): void => {
    if (typeof value === 'string')
      for (const char of value) if (!INVISIBLE.test(char) && !covers(char.codePointAt(0)!)) found.add(char);
    if (Array.isArray(value)) value.forEach(walk);
    else if (value && typeof value === 'object' && !Buffer.isBuffer(value))
      for (const [key, inner] of Object.entries(value)) if (key !== 'image' && key !== 'svg') walk(inner);
  };
  walk(content);
  return [...found];
}

function spellOut<T>(value: T, covers: (codePoint: number) => boolean): T {
  if (typeof value === 'string') {
    return [...value]
      .map((char) =>
        INVISIBLE.test(char) || covers(char.codePointAt(0)!) ? char : `[U+${char.codePointAt(0)!.toString(16).toUpperCase()}]`,
      )
      .join('') as T;
  }
  if (Array.isArray(value)) return value.map((inner) => spellOut<unknown>(inner, covers)) as T;
  if (value && typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype)
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [
        key,
        key === 'image' || key === 'svg' ? inner : spellOut<unknown>(inner, covers),
      ]),
    ) as T;
  return value;
}

/**
 * Prints a definition as PDF/A-3u: fonts embedded with their Unicode map, colour profile, metadata, attachments tied to the file.
 * Refuses with `characterNotInFont` rather than printing a box where somebody's name should stand.
 */
export async function renderPdf(
  definition: Omit<TDocumentDefinitions, 'defaultStyle'> & { defaultStyle?: object },
  options: PdfOptions,
): Promise<Buffer> {
  const covers = await fontCovers();
  let content: Content = definition.content;
  if (options.strangeCharacters === 'spellOut') content = spellOut(content, covers);
  const strangers = await strangersIn(content, covers);
  if (strangers.length) throw DocumentProblem.characterNotInFont({ characters: strangers });

  const output = pdfmake.createPdf({
    pageSize: 'A4',
    ...definition,
    content,
    version: '1.7',
    // The library knows 3b; its fonts always carry a Unicode map, so that the file is 3u and may say so (below).
    subset: 'PDF/A-3b',
    language: 'zh-CN',
    displayTitle: true,
    info: {
      title: options.title,
      author: options.author,
      creator: 'net-market-supervision',
      producer: 'pdfmake',
      creationDate: options.at,
    },
    defaultStyle: { font: FONT, ...definition.defaultStyle },
  } as TDocumentDefinitions) as unknown as Output;
  const document = await output.pdfDocumentPromise;
  document.subset_conformance = 'U';
  for (const { name, mediaType, bytes, description } of options.attachments ?? [])
    document.file(bytes, {
      name,
      type: mediaType,
      description,
      relationship: 'Data',
      creationDate: options.at,
      modifiedDate: options.at,
    });
  if (options.signer) reserveSignature(document, options.signer, options.at);
  const pdf = await output.getBuffer();
  return options.signer ? fillSignature(pdf, options.signer) : pdf;
}
