import * as zlib from 'node:zlib';
import { WireFault } from './fault';
import { fieldOf, type WireExchange } from './message';

const { constants } = zlib;
/** What one capture may unpack to in all: more than twice what capturing itself allows. */
const TOTAL_LIMIT = 512 * 1024 * 1024;
const BODY_LIMIT = 96 * 1024 * 1024;

type Unpack = (bytes: Uint8Array, limit: number) => Uint8Array;
const gunzip: Unpack = (bytes, maxOutputLength) =>
  zlib.gunzipSync(bytes, { maxOutputLength, finishFlush: constants.Z_SYNC_FLUSH });
/** `deflate` is a zlib stream by its definition and a bare one on many sites. */
const inflate: Unpack = (bytes, maxOutputLength) => {
  const wrapped = bytes.length > 1 && (bytes[0]! & 0x0f) === 8 && ((bytes[0]! << 8) | bytes[1]!) % 31 === 0;
  const options = { maxOutputLength, finishFlush: constants.Z_SYNC_FLUSH };
  return wrapped ? zlib.inflateSync(bytes, options) : zlib.inflateRawSync(bytes, options);
};
const brotli: Unpack = (bytes, maxOutputLength) =>
  zlib.brotliDecompressSync(bytes, { maxOutputLength, finishFlush: constants.BROTLI_OPERATION_FLUSH });
/** Node 22.15 and newer. */
const zstd: Unpack | undefined =
  'zstdDecompressSync' in zlib ? (bytes, maxOutputLength) => zlib.zstdDecompressSync(bytes, { maxOutputLength }) : undefined;

const UNPACK: Record<string, Unpack | undefined> = { gzip: gunzip, 'x-gzip': gunzip, deflate: inflate, br: brotli, zstd };

/** Takes content encodings off, and stops where all bodies together pass what an honest capture can hold. */
export class Decoder {
  private left = TOTAL_LIMIT;

  /** Encoding that this Node or this program does not know; null when all are known. */
  unknown({ fields, body }: Pick<WireExchange, 'fields' | 'body'>): string | null {
    return body.length === 0 ? null : (codingsOf(fields).find((coding) => !UNPACK[coding]) ?? null);
  }

  /** Null when the encoding is unknown or its bytes do not unpack. */
  decode({ fields, body }: Pick<WireExchange, 'fields' | 'body'>): Uint8Array | null {
    let bytes = body;
    if (bytes.length === 0) return bytes;
    for (const coding of codingsOf(fields).toReversed()) {
      const unpack = UNPACK[coding];
      if (!unpack) return null;
      if (this.left <= 0) throw new WireFault('bodies unpack to more than the limit', false);
      const limit = Math.min(BODY_LIMIT, this.left);
      try {
        bytes = unpack(bytes, limit);
        this.left -= bytes.length;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') this.left -= limit;
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
