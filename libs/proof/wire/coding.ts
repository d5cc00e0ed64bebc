import { type Coding, TooLarge, unpackSync } from '../primitives';
import { WireFault } from './fault';
import { fieldOf, type WireExchange } from './message';

/** What one capture may unpack to in all: more than twice what capturing itself allows. */
const TOTAL_LIMIT = 512 * 1024 * 1024;
/** Capturing ends at 50 MiB, and unpacking holds a body twice for a moment: more would not stay within 256 MiB. */
const BODY_LIMIT = 64 * 1024 * 1024;

const CODINGS = new Map<string, Coding>([
  ['gzip', 'gzip'],
  ['x-gzip', 'gzip'],
  ['deflate', 'deflate'],
  ['br', 'br'],
  ['zstd', 'zstd'],
]);

/** Takes content encodings off, and stops where all bodies together pass what an honest capture can hold. */
export class Decoder {
  private left = TOTAL_LIMIT;
  /** What unpacks to more than one body may. */
  readonly over = new WeakSet<object>();

  /** Encoding that this program does not know; null when all are known. */
  unknown({ fields, body }: Pick<WireExchange, 'fields' | 'body'>): string | null {
    return body.length === 0 ? null : (codingsOf(fields).find((coding) => !CODINGS.has(coding)) ?? null);
  }

  /** Null when the encoding is unknown or its bytes do not unpack. */
  decode(exchange: Pick<WireExchange, 'fields' | 'body'>): Uint8Array | null {
    const { fields, body } = exchange;
    let bytes = body;
    if (bytes.length === 0) return bytes;
    for (const name of codingsOf(fields).toReversed()) {
      const coding = CODINGS.get(name);
      if (!coding) return null;
      if (this.left <= 0) throw new WireFault('bodies unpack to more than the limit', false);
      const limit = Math.min(BODY_LIMIT, this.left);
      try {
        bytes = unpackSync(coding, bytes, limit);
        this.left -= bytes.length;
      } catch (error) {
        if (error instanceof TooLarge) {
          this.left -= limit;
          this.over.add(exchange);
        }
        return null;
      }
    }
    return bytes;
  }
}

function codingsOf(fields: readonly [string, string][]): string[] {
  return fieldOf(fields, 'content-encoding')
    .toLowerCase()
    .split(',')
    .map((coding) => coding.trim())
    .filter((coding) => coding !== '' && coding !== 'identity');
}
