/** Numbers of PostgreSQL's own types; they never change. */
export const BYTEA = 17;
export const INT4 = 23;
export const TEXT = 25;

export function int4(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeInt32BE(value);
  return bytes;
}

/** An array in the binary form of PostgreSQL: hexadecimal text would be twice as long, and both sides would work on it for nothing. */
export function arrayOf<T>(type: number, rows: readonly T[], valueOf: (row: T) => string | Buffer): Buffer {
  const values = rows.map(valueOf);
  const length = (value: string | Buffer): number => (typeof value === 'string' ? Buffer.byteLength(value) : value.length);
  const array = Buffer.allocUnsafe(values.reduce((sum, value) => sum + 4 + length(value), 20));
  let at = 0;
  // One dimension, no nulls, its length, counted from 1.
  for (const word of [1, 0, type, values.length, 1]) at = array.writeInt32BE(word, at);
  for (const value of values) {
    const size = typeof value === 'string' ? array.write(value, at + 4) : value.copy(array, at + 4);
    array.writeInt32BE(size, at);
    at += 4 + size;
  }
  return array;
}
