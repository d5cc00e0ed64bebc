// What of this package's inside is used; the door of it takes no limit.
declare module 'brotli/dec/streams' {
  export class BrotliInput {
    constructor(buffer: Uint8Array);
  }
}

declare module 'brotli/dec/decode' {
  import type { BrotliInput } from 'brotli/dec/streams';

  interface Output {
    buffer: { length: number };
    /** The piece is used again by the decoder. */
    write(piece: Uint8Array, count: number): void;
  }
  export function BrotliDecompress(input: BrotliInput, output: Output): void;
}
