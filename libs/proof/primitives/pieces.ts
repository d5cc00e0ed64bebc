import { TooLarge } from './types';

/** Collects pieces up to a limit. */
export class Pieces {
  private readonly pieces: Uint8Array[] = [];
  private size = 0;

  constructor(private readonly limit: number) {}

  add(piece: Uint8Array): void {
    this.size += piece.length;
    if (this.size > this.limit) throw new TooLarge();
    this.pieces.push(piece);
  }

  whole(): Uint8Array {
    const out = new Uint8Array(this.size);
    this.pieces.reduce((at, piece) => (out.set(piece, at), at + piece.length), 0);
    return out;
  }
}
