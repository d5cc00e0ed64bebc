import { type ByteSource, gunzipMember, openStoredZip, parseWarcRecord, type WarcMember, type WarcRecord } from '../../proof';
import { mediaKindOf } from '../domain/media-type';

/** What a body needs of a line of `record/exchanges.jsonl`. */
export interface RecordedLine {
  n: number;
  method: string;
  status: number | null;
  requestHeaders?: [string, string][];
  responseHeaders?: [string, string][];
  requestBodySha256?: string | null;
  sha256?: string | null;
  truncated?: string | null;
  warcRecord?: string;
}

export const SIDES = ['request', 'response'] as const;
export type Side = (typeof SIDES)[number];

/** A body of 50 MiB and its headers, with room. */
const RECORD_LIMIT = 64 * 1024 * 1024;

/**
 * A body as it was recorded, found by the archive's index and held against the digest in the exchange's line; null when there is
 * none, or when the archive holds another one. Reads the record alone, never the archive as a whole.
 */
export async function bodyIn(
  wacz: ByteSource,
  members: readonly WarcMember[],
  line: RecordedLine,
  side: Side,
): Promise<Uint8Array | null> {
  const at = members.findIndex(({ id }) => id === line.warcRecord);
  const expected = side === 'request' ? line.requestBodySha256 : line.sha256;
  if (at < 0 || !expected) return null;
  const warc = [...(await openStoredZip(wacz))].find(([path]) => /^archive\/[^/]+\.warc\.gz$/.test(path))?.[1];
  if (!warc) return null;
  // The request of an exchange lies beside the record that stands for it.
  const places = side === 'response' ? [at] : [at + 1, at - 1];
  for (const member of places.map((place) => members[place])) {
    if (member?.type !== side) continue;
    const record = await recordOf(warc, member);
    if (record.payloadDigests.sha256 === expected) return record.payload;
  }
  return null;
}

async function recordOf(warc: ByteSource, { offset, length }: WarcMember): Promise<WarcRecord> {
  if (offset < 0 || length < 1 || offset + length > warc.size) throw new RangeError('member outside of the archive');
  return parseWarcRecord(await gunzipMember(await warc.read(offset, length), RECORD_LIMIT));
}

/** How much of a body is shown in the page; the rest is a download. */
export const SHOWN = { textBytes: 256 * 1024, pictureBytes: 4 * 1024 * 1024, hexBytes: 4 * 1024 };
/** Width times height above which a small file is not decoded on an officer's screen. */
const PIXELS = 40_000_000;
const RASTER = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp']);
const TEXTUAL =
  /^(text\/|application\/(json|javascript|ecmascript|xml|x-www-form-urlencoded|x-javascript|[\w.-]+\+(json|xml))|image\/svg\+xml)/i;

export interface BodyView {
  kind: 'text' | 'picture' | 'binary' | 'empty';
  /** By the first bytes; for text by what the header says, or `text/plain`. */
  mediaType: string;
  charset: string | null;
  size: number;
  /** How many of the bytes are in `text` or `base64`. */
  shownBytes: number;
  text: string | null;
  /** The whole picture, or the beginning of what is neither text nor picture. */
  base64: string | null;
}

/**
 * What of a hostile body may be looked at, and as what: text as characters, a raster picture by its own first bytes whatever the
 * header says, everything else as bytes. Markup, style, script and SVG are text.
 */
export function viewOf(body: Uint8Array, contentType: string): BodyView {
  const size = body.length;
  const none = { charset: null, size, text: null, base64: null };
  if (!size) return { ...none, kind: 'empty', mediaType: 'application/octet-stream', shownBytes: 0 };
  const bytes = Buffer.from(body.buffer, body.byteOffset, size);
  const { mediaType } = mediaKindOf(bytes.subarray(0, 4096), size <= 4096);
  if (RASTER.has(mediaType) && size <= SHOWN.pictureBytes && pixelsOf(bytes, mediaType) <= PIXELS)
    return { ...none, kind: 'picture', mediaType, shownBytes: size, base64: bytes.toString('base64') };
  const said = contentType.split(';')[0]!.trim().toLowerCase();
  const textual = mediaType === 'text/plain' || (TEXTUAL.test(said) && mediaType === 'application/octet-stream');
  if (textual && !bytes.subarray(0, 4096).includes(0)) {
    const charset = charsetOf(contentType, bytes);
    const shown = bytes.subarray(0, SHOWN.textBytes);
    const text = new TextDecoder(charset).decode(shown, { stream: shown.length < size });
    return {
      ...none,
      kind: 'text',
      mediaType: TEXTUAL.test(said) ? said : 'text/plain',
      charset,
      shownBytes: shown.length,
      text,
    };
  }
  const shown = bytes.subarray(0, SHOWN.hexBytes);
  return { ...none, kind: 'binary', mediaType, shownBytes: shown.length, base64: shown.toString('base64') };
}

/** Of the formats that pack best; a picture of another format is bounded by its size. */
function pixelsOf(bytes: Buffer, mediaType: string): number {
  if (mediaType === 'image/png' && size(bytes, 24)) return bytes.readUInt32BE(16) * bytes.readUInt32BE(20);
  if (mediaType === 'image/gif' && size(bytes, 10)) return bytes.readUInt16LE(6) * bytes.readUInt16LE(8);
  return 0;
}

const size = (bytes: Buffer, least: number) => bytes.length >= least;

/** What the header says, else what the document says of itself, else UTF-8. */
function charsetOf(contentType: string, bytes: Buffer): string {
  const head = bytes.subarray(0, 1024).toString('latin1');
  const said =
    /charset\s*=\s*["']?([\w-]{2,30})/i.exec(contentType)?.[1] ??
    /<meta[^>]{0,200}charset\s*=\s*["']?([\w-]{2,30})/i.exec(head)?.[1];
  try {
    return new TextDecoder(said ?? 'utf-8').encoding;
  } catch {
    return 'utf-8';
  }
}
