import { createDecipheriv, createHmac } from 'node:crypto';
import { concat, utf8 } from '../bytes';
import { WireFault } from './fault';

export type TlsHash = 'sha256' | 'sha384';

/** What a cipher suite asks for; only those with authentication, which all of today's browsers choose. */
export interface Suite {
  cipher: 'aes-128-gcm' | 'aes-256-gcm' | 'chacha20-poly1305';
  keyLength: number;
  hash: TlsHash;
}

const GCM128: Suite = { cipher: 'aes-128-gcm', keyLength: 16, hash: 'sha256' };
const GCM256: Suite = { cipher: 'aes-256-gcm', keyLength: 32, hash: 'sha384' };
const CHACHA: Suite = { cipher: 'chacha20-poly1305', keyLength: 32, hash: 'sha256' };

/** IANA numbers; the first three are of TLS 1.3, the others of TLS 1.2. */
const SUITES = new Map<number, Suite>([
  [0x1301, GCM128],
  [0x1302, GCM256],
  [0x1303, CHACHA],
  [0x009c, GCM128],
  [0x009d, GCM256],
  [0xc02b, GCM128],
  [0xc02c, GCM256],
  [0xc02f, GCM128],
  [0xc030, GCM256],
  [0xcca8, CHACHA],
  [0xcca9, CHACHA],
]);

export function suiteOf(id: number): Suite {
  const suite = SUITES.get(id);
  if (!suite) throw new WireFault(`cipher suite 0x${id.toString(16).padStart(4, '0')} is not supported`, false);
  return suite;
}

/** Lines of an NSS key log: label, client random, secret. */
export class KeyLog {
  private readonly secrets = new Map<string, Uint8Array>();

  constructor(text: string) {
    for (const line of text.split('\n')) {
      const [, label, random, secret] = /^([A-Z0-9_]+) ([0-9a-f]{64}) ([0-9a-f]{64,128})$/i.exec(line.trim()) ?? [];
      if (secret) this.secrets.set(`${label} ${random!.toLowerCase()}`, Uint8Array.from(Buffer.from(secret, 'hex')));
    }
  }

  find(label: string, clientRandom: string): Uint8Array | null {
    return this.secrets.get(`${label} ${clientRandom}`) ?? null;
  }
}

/** Opens records of one direction in their order. */
export interface Opener {
  open(type: number, header: Uint8Array, body: Uint8Array): Uint8Array;
}

const TAG = 16;

function aead({ cipher }: Suite, key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Uint8Array {
  if (sealed.length < TAG) throw new WireFault('a TLS record is too short');
  const end = sealed.length - TAG;
  const decipher = createDecipheriv(cipher as 'chacha20-poly1305', key, nonce, { authTagLength: TAG });
  decipher.setAAD(aad, { plaintextLength: end });
  decipher.setAuthTag(sealed.subarray(end));
  const opened = decipher.update(sealed.subarray(0, end));
  try {
    decipher.final();
  } catch {
    throw new WireFault('a TLS record does not open with the recorded secret');
  }
  return opened;
}

const hmac = (hash: TlsHash, key: Uint8Array, ...parts: Uint8Array[]) =>
  new Uint8Array(
    createHmac(hash, key)
      .update(concat(...parts))
      .digest(),
  );

function mixed(iv: Uint8Array, counter: bigint): Uint8Array {
  const nonce = Uint8Array.from(iv);
  for (let i = 0; i < 8; i++) nonce[nonce.length - 1 - i]! ^= Number((counter >> BigInt(8 * i)) & 0xffn);
  return nonce;
}

/** HKDF-Expand-Label of RFC 8446 section 7.1 with an empty context; never more than one block is needed. */
export function expandLabel(hash: TlsHash, secret: Uint8Array, label: string, length: number): Uint8Array {
  const name = utf8(`tls13 ${label}`);
  const info = concat(Uint8Array.of(length >> 8, length & 0xff, name.length), name, Uint8Array.of(0, 1));
  return hmac(hash, secret, info).subarray(0, length);
}

/** RFC 8446 section 5.2, from a traffic secret. */
export function opener13(suite: Suite, secret: Uint8Array): Opener {
  const key = expandLabel(suite.hash, secret, 'key', suite.keyLength);
  const iv = expandLabel(suite.hash, secret, 'iv', 12);
  let counter = 0n;
  return {
    open: (_type, header, body) => {
      const opened = aead(suite, key, mixed(iv, counter), header, body);
      counter += 1n;
      return opened;
    },
  };
}

/** RFC 5246 section 5: P_hash. */
function prf(hash: TlsHash, secret: Uint8Array, seed: Uint8Array, length: number): Uint8Array {
  const blocks: Uint8Array[] = [];
  let a = seed;
  for (let size = 0; size < length; size += blocks.at(-1)!.length) {
    a = hmac(hash, secret, a);
    blocks.push(hmac(hash, secret, a, seed));
  }
  return concat(...blocks).subarray(0, length);
}

/** Both directions of TLS 1.2 from its master secret (RFC 5246 section 6.3, RFC 5288, RFC 7905). */
export function openers12(
  suite: Suite,
  master: Uint8Array,
  clientRandom: Uint8Array,
  serverRandom: Uint8Array,
): { client: Opener; server: Opener } {
  const ivLength = suite.cipher === 'chacha20-poly1305' ? 12 : 4;
  const seed = concat(utf8('key expansion'), serverRandom, clientRandom);
  const block = prf(suite.hash, master, seed, 2 * (suite.keyLength + ivLength));
  const part = (from: number, length: number) => block.subarray(from, from + length);
  const ivs = 2 * suite.keyLength;
  return {
    client: opener12(suite, part(0, suite.keyLength), part(ivs, ivLength)),
    server: opener12(suite, part(suite.keyLength, suite.keyLength), part(ivs + ivLength, ivLength)),
  };
}

function opener12(suite: Suite, key: Uint8Array, iv: Uint8Array): Opener {
  let counter = 0n;
  return {
    open: (type, header, body) => {
      const explicit = iv.length === 4 ? 8 : 0;
      const length = body.length - explicit - TAG;
      if (length < 0) throw new WireFault('a TLS record is too short');
      const nonce = explicit ? concat(iv, body.subarray(0, explicit)) : mixed(iv, counter);
      const number = mixed(new Uint8Array(8), counter);
      const aad = concat(number, Uint8Array.of(type, header[1]!, header[2]!, length >> 8, length & 0xff));
      counter += 1n;
      return aead(suite, key, nonce, aad, body.subarray(explicit));
    },
  };
}
