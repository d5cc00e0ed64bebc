import { children, context, readDer, sequenceOf } from '../asn1/read';
import { concat, equalBytes, utf8 } from '../bytes';
import { digest } from '../digests';
import { hmac, type TlsScheme, verifyHandshake } from '../primitives';
import { WireFault } from './fault';
import { expandLabel, prf, type TlsHash } from './secrets';

export interface Message {
  type: number;
  body: Uint8Array;
  /** With its head: what transcripts are made of. */
  whole: Uint8Array;
}

/** Ends of the opening of a connection: what both sides said until now, and that they mean the same. */
export class Transcript {
  private readonly parts: Uint8Array[] = [];

  constructor(private readonly hash: TlsHash) {}

  add(...messages: readonly Message[]): void {
    this.parts.push(...messages.map(({ whole }) => whole));
  }

  /** RFC 8446 section 4.4.1: a first hello that was answered by a request for another stands there as its digest. */
  addHashed({ whole }: Message): void {
    const sum = digest(this.hash, whole);
    this.parts.push(concat(Uint8Array.of(254, 0, 0, sum.length), sum));
  }

  digest(): Uint8Array {
    return digest(this.hash, ...this.parts);
  }

  /** RFC 8446 section 4.4.4, from the traffic secret of the handshake. Then it belongs to what was said. */
  finish13(message: Message, secret: Uint8Array, who: string): void {
    const key = expandLabel(this.hash, secret, 'finished', secret.length);
    this.finish(message, hmac(this.hash, key, this.digest()), who);
  }

  /** RFC 5246 section 7.4.9. */
  finish12(message: Message, master: Uint8Array, side: 'client' | 'server', who: string): void {
    this.finish(message, prf(this.hash, master, concat(utf8(`${side} finished`), this.digest()), 12), who);
  }

  private finish(message: Message, expected: Uint8Array, who: string): void {
    if (!equalBytes(message.body, expected)) throw new WireFault(`Finished of ${who} does not fit what was said before`);
    this.add(message);
  }
}

/** IANA "TLS SignatureScheme". SHA-1 counts for nothing; of elliptic curves no browser takes others. */
const SCHEMES = new Map<number, TlsScheme>([
  [0x0401, { key: 'rsa', hash: 'sha256' }],
  [0x0501, { key: 'rsa', hash: 'sha384' }],
  [0x0601, { key: 'rsa', hash: 'sha512' }],
  [0x0403, { key: 'ec', hash: 'sha256' }],
  [0x0503, { key: 'ec', hash: 'sha384' }],
  [0x0804, { key: 'pss', hash: 'sha256' }],
  [0x0805, { key: 'pss', hash: 'sha384' }],
  [0x0806, { key: 'pss', hash: 'sha512' }],
  [0x0809, { key: 'pss', hash: 'sha256' }],
  [0x080a, { key: 'pss', hash: 'sha384' }],
  [0x080b, { key: 'pss', hash: 'sha512' }],
  [0x0807, { key: 'ed25519', hash: null }],
]);

const SPACES = new Uint8Array(64).fill(0x20);

/** What the site signed in TLS 1.3 (RFC 8446 section 4.4.3): everything said until then. Answers as `signedBy`. */
export function certificateVerify13(leaf: Uint8Array | null, { body }: Message, transcript: Transcript): string | null {
  const signed = concat(SPACES, utf8('TLS 1.3, server CertificateVerify\0'), transcript.digest());
  return signedBy(leaf, body, 0, signed, true);
}

/** What the site signed in TLS 1.2 (RFC 5246 section 7.4.3, RFC 8422): both randoms and its part of the key agreement. */
export function serverKeyExchange12(
  leaf: Uint8Array | null,
  { body }: Message,
  randoms: Uint8Array,
  agreement: 'ecdhe' | 'dhe',
): string | null {
  const end = agreement === 'ecdhe' ? 4 + (body[3] ?? 0) : [0, 1, 2].reduce((at) => at + 2 + word(body, at), 0);
  return signedBy(leaf, body, end, concat(randoms, body.subarray(0, end)), false);
}

/** Null when the key of the certificate made the signature at `at`; words when that is not looked at here; a fault when it did not. */
function signedBy(leaf: Uint8Array | null, body: Uint8Array, at: number, signed: Uint8Array, is13: boolean): string | null {
  const scheme = word(body, at);
  const signature = body.subarray(at + 4);
  if (leaf === null || signature.length === 0 || signature.length !== word(body, at + 2))
    throw new WireFault('signature of the opening is not in its form');
  const known = SCHEMES.get(scheme);
  const name = `0x${scheme.toString(16).padStart(4, '0')}`;
  if (!known) return `signature scheme ${name} is not known here`;
  if (is13 && known.key === 'rsa') throw new WireFault(`signature scheme ${name} is not one of TLS 1.3`);
  const spki = spkiOf(leaf);
  const answer = spki && verifyHandshake(spki, known, signed, signature);
  if (answer === null) return 'the key of the certificate is of a kind, or too short, for this program';
  if (!answer) throw new WireFault('the opening is not signed by the key of its certificate');
  return null;
}

function word(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

/** Of any certificate that has the frame of one: sites show extensions and keys that are not ours to judge. */
function spkiOf(leaf: Uint8Array): Uint8Array | null {
  try {
    const [tbs] = sequenceOf(readDer(leaf));
    const fields = children(tbs!);
    return fields[fields[0]?.tag === context(0) ? 6 : 5]?.whole ?? null;
  } catch {
    return null;
  }
}
