import { createHash, randomBytes, randomInt, timingSafeEqual } from 'node:crypto';

/** A secret that goes out and is kept here only as its digest: who reads the database cannot open anybody's order. */
export interface Secret {
  clear: string;
  hash: string;
}

/** 256 random bits need no salt and no slow hash: nobody finds them by trying. */
export function newToken(): Secret {
  const clear = randomBytes(32).toString('base64url');
  return { clear, hash: hashOf(clear) };
}

/** Six digits to be typed; short, so it lives minutes and dies after a few wrong tries. Hashed with the link it belongs to. */
export function newCode(linkId: string): Secret {
  const clear = String(randomInt(0, 1_000_000)).padStart(6, '0');
  return { clear, hash: codeHash(linkId, clear) };
}

export function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

export function hashOfBytes(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

export function codeHash(linkId: string, code: string): string {
  return hashOf(`${linkId}\n${code}`);
}

export function sameHash(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}

/** Shape of a token; anything else is refused before it reaches the database. */
export const TOKEN = /^[A-Za-z0-9_-]{43}$/;
