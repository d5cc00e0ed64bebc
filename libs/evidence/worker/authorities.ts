import { randomBytes } from 'node:crypto';
import { type AcceptedToken, timeStampRequest, type TrustBundle, verifyToken } from '../../proof';

export interface StampAuthority {
  name: string;
  algorithm: 'sha256' | 'sm3';
  url: string;
}

const TOKEN_LIMIT = 256 * 1024;

/** Minutes until the next round after the first, second … failed one; the last is repeated for ever. */
const PAUSES_MIN = [1, 5, 15, 60];

/** How long to wait after the failed try of this number, counted from 0. */
export function pauseMs(tries: number): number {
  return PAUSES_MIN[Math.min(tries, PAUSES_MIN.length - 1)]! * 60_000;
}

/** Lines of `TSA_URLS`: name|sha256|url or name|sm3|url. */
export function authoritiesOf(lines: readonly string[]): StampAuthority[] {
  return lines.map((line) => {
    const [name = '', algorithm = '', url = ''] = line.split('|');
    return { name, algorithm: algorithm === 'sm3' ? 'sm3' : 'sha256', url };
  });
}

/** Whether the bundle names it as an authority outside of the agency; one that it does not name is nobody's. */
export function isOutside(name: string, tsa: TrustBundle['tsa']): boolean {
  return tsa.some((known) => known.name === name && !known.internal);
}

/** Authorities outside of the agency first, otherwise in the order of the configuration. */
export function outsideFirst(authorities: readonly StampAuthority[], tsa: TrustBundle['tsa']): StampAuthority[] {
  return authorities.toSorted((a, b) => Number(isOutside(b.name, tsa)) - Number(isOutside(a.name, tsa)));
}

/** What asking an authority for a token over the newest checkpoint is called where it is written down that it refused. */
export const stampingOf = (origin: string, authority: string): string => `stamp ${origin} ${authority}`;

export interface ReceivedToken {
  bytes: Uint8Array;
  token: AcceptedToken;
}

/** Asks an authority (RFC 3161) to date the bytes. Whatever does not pass the strict profile is an error, never a token. */
export async function askAuthority(
  { name, algorithm, url }: StampAuthority,
  stamped: Uint8Array,
  { tsa, timeoutMs }: { tsa: TrustBundle['tsa']; timeoutMs: number },
): Promise<ReceivedToken> {
  const { bytes: body, nonce } = timeStampRequest(stamped, algorithm, new Uint8Array(randomBytes(8)));
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/timestamp-query' },
    body: Buffer.from(body),
    signal: AbortSignal.timeout(timeoutMs),
    redirect: 'error',
  });
  if (answer.status !== 200) throw new Error(`answered ${answer.status}`);
  const bytes = await limitedBody(answer, TOKEN_LIMIT);
  const token = verifyToken(bytes, { stamped, tsa, nonce });
  if (token.tsa.name !== name) throw new Error(`the token is of ${token.tsa.name}`);
  return { bytes, token };
}

/** The body, as long as it is no longer than `limit` bytes. */
export async function limitedBody(answer: Response, limit: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of answer.body ?? []) {
    size += (chunk as Uint8Array).length;
    if (size > limit) throw new Error(`longer than ${limit} bytes`);
    chunks.push(chunk as Uint8Array);
  }
  return new Uint8Array(Buffer.concat(chunks));
}
