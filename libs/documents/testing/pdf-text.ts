import {
  decodePDFRawStream,
  PDFArray,
  PDFDict,
  PDFDocument,
  PDFName,
  type PDFPage,
  type PDFRawStream,
  type PDFRef,
} from '@cantoo/pdf-lib';

/** Page by page, what a reader copies out of the PDF: text operators of the content, decoded by each font's Unicode map. */
export async function pdfText(pdf: Uint8Array): Promise<string[]> {
  const document = await PDFDocument.load(pdf, { updateMetadata: false });
  return document.getPages().map(textOf);
}

/** Text without anything that layout may add: spaces and line ends. */
export const squeezed = (text: string): string => text.replace(/[\s\u3000]+/g, '');

function textOf(page: PDFPage): string {
  const { context } = page.node;
  const fonts = page.node.Resources()?.lookup(PDFName.of('Font'), PDFDict);
  const maps = new Map(
    (fonts?.entries() ?? []).map(([name]) => [
      name.decodeText(),
      unicodeMap(decoded(fonts!.lookup(name, PDFDict).lookup(PDFName.of('ToUnicode')) as PDFRawStream)),
    ]),
  );
  const contents = page.node.Contents();
  const streams =
    contents instanceof PDFArray
      ? contents.asArray().map((ref) => context.lookup(ref as PDFRef) as PDFRawStream)
      : [contents as PDFRawStream];
  let text = '';
  let map = new Map<string, string>();
  for (const [, font, array] of streams
    .map(decoded)
    .join('\n')
    .matchAll(/\/(\S+) [\d.]+ Tf|\[((?:<[0-9a-f]+>|[\s\d.-])*)\] TJ/gi)) {
    if (font) map = maps.get(font) ?? new Map<string, string>();
    for (const [, hex] of (array ?? '').matchAll(/<([0-9a-f]+)>/gi))
      for (const [glyph] of hex!.matchAll(/.{4}/g)) text += map.get(glyph.toLowerCase()) ?? '\ufffd';
  }
  return text;
}

const decoded = (stream: PDFRawStream): string => Buffer.from(decodePDFRawStream(stream).decode()).toString('latin1');

function unicodeMap(cmap: string): Map<string, string> {
  const map = new Map<string, string>();
  for (const [, from, , list] of cmap.matchAll(/<([0-9a-f]{4})> <([0-9a-f]{4})> \[([^\]]*)\]/gi)) {
    [...list!.matchAll(/<([0-9a-f ]*)>/gi)].forEach(([, units], index) => {
      const glyph = (parseInt(from!, 16) + index).toString(16).padStart(4, '0');
      const codes = units!.replaceAll(' ', '').match(/.{4}/g) ?? [];
      map.set(glyph, String.fromCharCode(...codes.map((code) => parseInt(code, 16))));
    });
  }
  return map;
}
