import { randomBytes } from 'node:crypto';

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** A package id: `ev_` and a ULID (48 bits of milliseconds, 80 random bits), so that ids sort by the time of the request. */
export function packageId(at: Date, random: Buffer = randomBytes(10)): string {
  let value = (BigInt(at.getTime()) << 80n) | BigInt(`0x${random.toString('hex')}`);
  let text = '';
  for (let i = 0; i < 26; i += 1) {
    text = CROCKFORD[Number(value & 31n)]! + text;
    value >>= 5n;
  }
  return `ev_${text}`;
}
