import { concat, equalBytes, fromHex, utf8 } from '../bytes';
import { type Aead, hmac, type HmacHash, openAead, openCbc } from '../primitives';
import { WireFault } from './fault';

export type TlsHash = 'sha256' | 'sha384';

/** What a cipher suite asks for. */
export interface Suite {
  cipher: Aead | 'aes-cbc';
  keyLength: number;
  hash: TlsHash;
  /** Digest that authenticates a record of a suite in CBC mode. */
  mac?: HmacHash;
}

const GCM128: Suite = { cipher: 'aes-128-gcm', keyLength: 16, hash: 'sha256' };
const GCM256: Suite = { cipher: 'aes-256-gcm', keyLength: 32, hash: 'sha384' };
const CHACHA: Suite = { cipher: 'chacha20-poly1305', keyLength: 32, hash: 'sha256' };

const cbcSuite = (bits: 128 | 256, mac: HmacHash): Suite => ({
  cipher: 'aes-cbc',
  keyLength: bits / 8,
  hash: mac === 'sha384' ? 'sha384' : 'sha256',
  mac,
});
const CBC128 = cbcSuite(128, 'sha1');
const CBC256 = cbcSuite(256, 'sha1');

/** IANA numbers; the first three are of TLS 1.3, the others of TLS 1.2. Old sites still choose one of those in CBC mode. */
const SUITES = new Map<number, Suite>([
  [0x1301, GCM128],
  [0x1302, GCM256],
  [0x1303, CHACHA],
  [0x009c, GCM128],
  [0x009d, GCM256],
  [0x009e, GCM128],
  [0x009f, GCM256],
  [0xccaa, CHACHA],
  [0xc02b, GCM128],
  [0xc02c, GCM256],
  [0xc02f, GCM128],
  [0xc030, GCM256],
  [0xcca8, CHACHA],
  [0xcca9, CHACHA],
  [0x002f, CBC128],
  [0x0033, CBC128],
  [0xc009, CBC128],
  [0xc013, CBC128],
  [0x0035, CBC256],
  [0x0039, CBC256],
  [0xc00a, CBC256],
  [0xc014, CBC256],
  [0x003c, cbcSuite(128, 'sha256')],
  [0x0067, cbcSuite(128, 'sha256')],
  [0xc023, cbcSuite(128, 'sha256')],
  [0xc027, cbcSuite(128, 'sha256')],
  [0x003d, cbcSuite(256, 'sha256')],
  [0x006b, cbcSuite(256, 'sha256')],
  [0xc024, cbcSuite(256, 'sha384')],
  [0xc028, cbcSuite(256, 'sha384')],
]);

export function suiteOf(id: number): Suite {
  const suite = SUITES.get(id);
  if (!suite) throw new WireFault(`cipher suite 0x${id.toString(16).padStart(4, '0')} is not supported`, false);
  return suite;
}

/** How the key is agreed on in a suite of TLS 1.2; null where the browser sends it sealed for the key of the certificate. */
export function agreementOf(id: number): 'ecdhe' | 'dhe' | null {
  if ([0x0033, 0x0039, 0x0067, 0x006b, 0x009e, 0x009f, 0xccaa].includes(id)) return 'dhe';
  return id >> 8 === 0xc0 || id >> 8 === 0xcc ? 'ecdhe' : null;
}

/** Lines of an NSS key log: label, client random, secret. */
export class KeyLog {
  private readonly secrets = new Map<string, Uint8Array>();

  constructor(text: string) {
    for (const line of text.split('\n')) {
      const [, label, random, secret] = /^([A-Z0-9_]+) ([0-9a-f]{64}) ((?:[0-9a-f]{2}){32,64})$/i.exec(line.trim()) ?? [];
      if (secret) this.secrets.set(`${label} ${random!.toLowerCase()}`, fromHex(secret.toLowerCase()));
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
const BLOCK = 16;
const DAMAGED = 'a TLS record does not open with the recorded secret';

function aead({ cipher }: Suite, key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Uint8Array {
  if (sealed.length < TAG) throw new WireFault('a TLS record is too short');
  const opened = openAead(cipher as Aead, key, nonce, aad, sealed);
  if (!opened) throw new WireFault(DAMAGED);
  return opened;
}

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
export function prf(hash: TlsHash, secret: Uint8Array, seed: Uint8Array, length: number): Uint8Array {
  const blocks: Uint8Array[] = [];
  let a = seed;
  for (let size = 0; size < length; size += blocks.at(-1)!.length) {
    a = hmac(hash, secret, a);
    blocks.push(hmac(hash, secret, concat(a, seed)));
  }
  return concat(...blocks).subarray(0, length);
}

/** Both directions of TLS 1.2 from its master secret (RFC 5246 section 6.3, RFC 5288, RFC 7905; in CBC mode RFC 5246 and RFC 7366). */
export function openers12(
  suite: Suite,
  master: Uint8Array,
  clientRandom: Uint8Array,
  serverRandom: Uint8Array,
  macLast: boolean,
): { client: Opener; server: Opener } {
  const { mac, keyLength } = suite;
  const macLength = mac ? MAC_LENGTH[mac] : 0;
  const ivLength = mac ? 0 : suite.cipher === 'chacha20-poly1305' ? 12 : 4;
  const seed = concat(utf8('key expansion'), serverRandom, clientRandom);
  const lengths = [macLength, macLength, keyLength, keyLength, ivLength, ivLength];
  const block = prf(
    suite.hash,
    master,
    seed,
    lengths.reduce((sum, length) => sum + length),
  );
  let at = 0;
  const parts = lengths.map((length) => block.subarray(at, (at += length)));
  const opener = (n: 0 | 1) =>
    mac ? openerCbc(mac, parts[n]!, parts[2 + n]!, macLast) : opener12(suite, parts[2 + n]!, parts[4 + n]!);
  return { client: opener(0), server: opener(1) };
}

const MAC_LENGTH: Record<HmacHash, number> = { sha1: 20, sha256: 32, sha384: 48 };

/** Number of the record and its header, with the length of what is authenticated. */
function statedOf(counter: bigint, type: number, header: Uint8Array, length: number): Uint8Array {
  return concat(mixed(new Uint8Array(8), counter), Uint8Array.of(type, header[1]!, header[2]!, length >> 8, length & 0xff));
}

function opener12(suite: Suite, key: Uint8Array, iv: Uint8Array): Opener {
  let counter = 0n;
  return {
    open: (type, header, body) => {
      const explicit = iv.length === 4 ? 8 : 0;
      const length = body.length - explicit - TAG;
      if (length < 0) throw new WireFault('a TLS record is too short');
      const nonce = explicit ? concat(iv, body.subarray(0, explicit)) : mixed(iv, counter);
      const aad = statedOf(counter, type, header, length);
      counter += 1n;
      return aead(suite, key, nonce, aad, body.subarray(explicit));
    },
  };
}

/**
 * Records in CBC mode: first vector, then blocks. The digest lies inside of them under the padding, or, where both sides agreed on it
 * (RFC 7366), behind them and over them (`macLast`). Padding and digest are both looked at: a changed byte does not open.
 */
function openerCbc(mac: HmacHash, macKey: Uint8Array, key: Uint8Array, macLast: boolean): Opener {
  const macLength = MAC_LENGTH[mac];
  let counter = 0n;
  return {
    open: (type, header, body) => {
      const number = counter;
      counter += 1n;
      const authentic = (content: Uint8Array, found: Uint8Array) =>
        equalBytes(found, hmac(mac, macKey, concat(statedOf(number, type, header, content.length), content)));
      const end = body.length - (macLast ? macLength : 0);
      if (end < 2 * BLOCK || end % BLOCK !== 0) throw new WireFault('a TLS record is not of whole blocks');
      if (macLast && !authentic(body.subarray(0, end), body.subarray(end))) throw new WireFault(DAMAGED);
      const opened = openCbc(key, body.subarray(0, BLOCK), body.subarray(BLOCK, end));
      const padding = opened.at(-1)!;
      const contentEnd = opened.length - 1 - padding - (macLast ? 0 : macLength);
      const padded = opened.subarray(Math.max(0, opened.length - 1 - padding));
      if (contentEnd < 0 || padded.some((byte) => byte !== padding)) throw new WireFault(DAMAGED);
      const content = opened.subarray(0, contentEnd);
      if (!macLast && !authentic(content, opened.subarray(contentEnd, contentEnd + macLength))) throw new WireFault(DAMAGED);
      return content;
    },
  };
}
