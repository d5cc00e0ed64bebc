import { Malformed } from './bytes';

/** Bytes that can be read again and in any order: a file, a part of one, memory, a Blob in a browser. */
export interface ByteSource {
  readonly size: number;
  /** Exactly `length` bytes, or it throws. A source may put them into `into`, which has room for them, and answer with a part of it. */
  read(offset: number, length: number, into?: Uint8Array<ArrayBuffer>): Promise<Uint8Array>;
}

const CHUNK = 1024 * 1024;

export async function* chunksOf(source: ByteSource): AsyncGenerator<Uint8Array> {
  for (let offset = 0; offset < source.size; offset += CHUNK) {
    yield await source.read(offset, Math.min(CHUNK, source.size - offset));
  }
}

/** As `chunksOf`, for those who have done with a piece when they ask for the next: its bytes are then overwritten. */
export async function* passingChunksOf(source: ByteSource): AsyncGenerator<Uint8Array> {
  const room = new Uint8Array(Math.min(CHUNK, source.size));
  for (let offset = 0; offset < source.size; offset += CHUNK) {
    yield await source.read(offset, Math.min(CHUNK, source.size - offset), room);
  }
}

export async function wholeOf(source: ByteSource, limit: number): Promise<Uint8Array> {
  if (source.size > limit) throw new Malformed(`over ${limit} bytes`);
  return source.read(0, source.size);
}

export function bytesSource(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.length,
    read: async (offset, length) => {
      inside(bytes.length, offset, length);
      return bytes.slice(offset, offset + length);
    },
  };
}

export function blobSource(blob: Blob): ByteSource {
  return {
    size: blob.size,
    read: async (offset, length) => {
      inside(blob.size, offset, length);
      return new Uint8Array(await blob.slice(offset, offset + length).arrayBuffer());
    },
  };
}

export function partOf(source: ByteSource, start: number, size: number): ByteSource {
  inside(source.size, start, size);
  return {
    size,
    read: (offset, length, into) => {
      inside(size, offset, length);
      return source.read(start + offset, length, into);
    },
  };
}

const WINDOW = 1024 * 1024;

/** Reads ahead, so that thousands of small files inside of one container do not cost a read each. For one reader at a time. */
export function readingAhead(source: ByteSource): ByteSource {
  let start = 0;
  let window = new Uint8Array();
  return {
    size: source.size,
    read: async (offset, length, into) => {
      inside(source.size, offset, length);
      if (length >= WINDOW || into) return source.read(offset, length, into);
      if (offset < start || offset + length > start + window.length) {
        start = offset;
        window = new Uint8Array(await source.read(offset, Math.min(WINDOW, source.size - offset)));
      }
      return window.slice(offset - start, offset - start + length);
    },
  };
}

function inside(size: number, offset: number, length: number): void {
  if (offset < 0 || length < 0 || offset + length > size) throw new Malformed(`bytes ${offset}+${length} lie outside of ${size}`);
}
