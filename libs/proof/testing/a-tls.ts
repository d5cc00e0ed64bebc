import { x25519 } from '@noble/curves/ed25519';
import { createCipheriv, createHash, createHmac } from 'node:crypto';
import { OID } from '../asn1/oids';
import { sequence } from '../asn1/write';
import { concat, toHex, utf8 } from '../bytes';
import { certify } from '../tsp/authority';
import { unvaryingP256 } from './keys';

export type Chunk = { out: boolean; bytes: Uint8Array };
type Side = 'client' | 'server';

/** What the tests change to play somebody who has the secrets of a connection and makes everything else right again. */
export interface TlsForgery {
  /** Changes a handshake message before it is said and counted, or leaves it out. */
  bend?: (message: Uint8Array, side: Side) => Uint8Array | null;
  /** Signs with another key than that of the certificate. */
  signer?: number;
  /** The site speaks before its opening is over. */
  contentFirst?: boolean;
  /** TLS 1.3: the browser leaves at the certificate, with a sealed alert or without a word, and has no secret of what the site says ahead. */
  left?: 'alert' | 'silent';
}

export interface ATls {
  chunks: Chunk[];
  keylog: string;
}

const KEY = 21;
/** Fatal, unknown_ca (RFC 8446 section 6.2). */
const UNKNOWN_CA = Uint8Array.of(2, 48);
const MESSAGE = {
  clientHello: 1,
  serverHello: 2,
  extensions: 8,
  certificate: 11,
  exchange: 12,
  done: 14,
  verify: 15,
  clientExchange: 16,
  finished: 20,
};

/** Certificate of the site of golden connections; P-256, signed by itself, its bytes the same every time. */
export function siteCertificate(): Uint8Array {
  const key = unvaryingP256(KEY);
  const [from, to] = [new Date('2026-01-01T00:00:00.000Z'), new Date('2027-01-01T00:00:00.000Z')];
  const leaf = { critical: true, id: OID.basicConstraints, value: sequence() };
  return certify({ serial: 7, subject: 'shop.test', issuer: 'shop.test', from, to, key, signer: key, extensions: [leaf] });
}

/**
 * A connection of TLS as both sides would have spoken it, with real keys that are always the same ones, so that its bytes are too: TLS 1.3 with
 * AES-128-GCM, or TLS 1.2 with ECDHE-ECDSA and AES-128-GCM. Made from RFC 8446 and 5246 with nothing of the verifier.
 */
export function aTls(
  version: '1.2' | '1.3',
  sent: Uint8Array,
  received: Uint8Array,
  seed: number,
  forged: TlsForgery = {},
): ATls {
  return version === '1.3' ? tls13(sent, received, seed, forged) : tls12(sent, received, seed, forged);
}

function tls13(sent: Uint8Array, received: Uint8Array, seed: number, forged: TlsForgery): ATls {
  const talk = new Talk(forged);
  const { client, server, shared } = agreed(seed);
  const random = filled(seed + 1);
  const share = (key: Uint8Array) => concat(u16(0x001d), block(2, key));
  const hello = talk.say(
    'client',
    MESSAGE.clientHello,
    u16(0x0303),
    random,
    block(1, new Uint8Array()),
    block(2, u16(0x1301)),
    block(1, Uint8Array.of(0)),
    extensions(
      [0, block(2, concat(Uint8Array.of(0), block(2, utf8('shop.test'))))],
      [10, block(2, u16(0x001d))],
      [13, block(2, u16(0x0403))],
      [16, block(2, block(1, utf8('http/1.1')))],
      [43, block(1, u16(0x0304))],
      [51, block(2, share(client))],
    ),
  );
  const answer = talk.say(
    'server',
    MESSAGE.serverHello,
    u16(0x0303),
    filled(seed + 2),
    block(1, new Uint8Array()),
    u16(0x1301),
    Uint8Array.of(0),
    extensions([43, u16(0x0304)], [51, share(server)]),
  );
  const early = hmac(new Uint8Array(32), new Uint8Array(32));
  const handshake = hmac(expand(early, 'derived', sha256()), shared);
  const hands = talk.secrets(handshake, 'hs');
  const encrypted = [talk.say('server', MESSAGE.extensions, extensions([16, block(2, block(1, utf8('http/1.1')))]))];
  const entry = concat(block(3, siteCertificate()), block(2, new Uint8Array()));
  encrypted.push(talk.say('server', MESSAGE.certificate, block(1, new Uint8Array()), block(3, entry)));
  const signed = concat(filled(0x20, 64), utf8('TLS 1.3, server CertificateVerify\0'), talk.digest());
  encrypted.push(talk.say('server', MESSAGE.verify, u16(0x0403), block(2, signature(signed, forged))));
  const finished = (secret: Uint8Array) => hmac(expand(secret, 'finished', new Uint8Array()), talk.digest());
  encrypted.push(talk.say('server', MESSAGE.finished, finished(hands.server)));
  const data = talk.secrets(hmac(expand(handshake, 'derived', sha256()), new Uint8Array(32)), 'ap');
  const ending = talk.say('client', MESSAGE.finished, finished(hands.client));
  const [site, browser] = [new Seal13(hands.server), new Seal13(hands.client)];
  const opening = [...(forged.contentFirst ? [site.seal(23, received)] : []), site.seal(22, concat(...encrypted))];
  const lines = [
    ['CLIENT_HANDSHAKE_TRAFFIC_SECRET', hands.client],
    ['SERVER_HANDSHAKE_TRAFFIC_SECRET', hands.server],
    ['CLIENT_TRAFFIC_SECRET_0', data.client],
    ['SERVER_TRAFFIC_SECRET_0', data.server],
  ] as const;
  const goesOn = () => concat(browser.seal(22, ending), new Seal13(data.client).seal(23, sent));
  const leaves = () => (forged.left === 'alert' ? browser.seal(21, UNKNOWN_CA) : new Uint8Array());
  return {
    chunks: [
      { out: true, bytes: record(22, hello) },
      { out: false, bytes: concat(record(22, answer), ...opening) },
      { out: true, bytes: forged.left ? leaves() : goesOn() },
      { out: false, bytes: new Seal13(data.server).seal(23, received) },
    ],
    keylog: (forged.left ? lines.slice(0, 2) : lines)
      .map(([label, secret]) => `${label} ${toHex(random)} ${toHex(secret)}\n`)
      .join(''),
  };
}

function tls12(sent: Uint8Array, received: Uint8Array, seed: number, forged: TlsForgery): ATls {
  const talk = new Talk(forged);
  const { client, server, shared } = agreed(seed);
  const randoms = [filled(seed + 1), filled(seed + 2)] as const;
  const hello = talk.say(
    'client',
    MESSAGE.clientHello,
    u16(0x0303),
    randoms[0],
    block(1, new Uint8Array()),
    block(2, u16(0xc02b)),
    block(1, Uint8Array.of(0)),
    extensions(
      [0, block(2, concat(Uint8Array.of(0), block(2, utf8('shop.test'))))],
      [10, block(2, u16(0x001d))],
      [13, block(2, u16(0x0403))],
    ),
  );
  const answers = [
    talk.say(
      'server',
      MESSAGE.serverHello,
      u16(0x0303),
      randoms[1],
      block(1, new Uint8Array()),
      u16(0xc02b),
      Uint8Array.of(0),
      extensions(),
    ),
    talk.say('server', MESSAGE.certificate, block(3, block(3, siteCertificate()))),
  ];
  const params = concat(Uint8Array.of(3), u16(0x001d), block(1, server));
  const made = signature(concat(...randoms, params), forged);
  answers.push(talk.say('server', MESSAGE.exchange, params, u16(0x0403), block(2, made)), talk.say('server', MESSAGE.done));
  const exchange = talk.say('client', MESSAGE.clientExchange, block(1, client));
  const master = prf(shared, 'master secret', concat(...randoms), 48);
  const keys = prf(master, 'key expansion', concat(randoms[1], randoms[0]), 40);
  const ending = talk.say('client', MESSAGE.finished, prf(master, 'client finished', talk.digest(), 12));
  const closing = talk.say('server', MESSAGE.finished, prf(master, 'server finished', talk.digest(), 12));
  const browser = new Seal12(keys.subarray(0, 16), keys.subarray(32, 36));
  const site = new Seal12(keys.subarray(16, 32), keys.subarray(36, 40));
  const change = record(20, Uint8Array.of(1));
  const early = forged.contentFirst ? [site.seal(23, received)] : [];
  return {
    chunks: [
      { out: true, bytes: record(22, hello) },
      { out: false, bytes: record(22, concat(...answers)) },
      { out: true, bytes: concat(record(22, exchange), change, browser.seal(22, ending), browser.seal(23, sent)) },
      { out: false, bytes: concat(change, ...early, site.seal(22, closing), site.seal(23, received)) },
    ],
    keylog: `CLIENT_RANDOM ${toHex(randoms[0])} ${toHex(master)}\n`,
  };
}

/** What was said of the opening, message by message. */
class Talk {
  private said: Uint8Array = new Uint8Array();

  constructor(private readonly forged: TlsForgery) {}

  say(side: Side, type: number, ...parts: Uint8Array[]): Uint8Array {
    const message = concat(Uint8Array.of(type), block(3, concat(...parts)));
    const spoken = this.forged.bend ? (this.forged.bend(message, side) ?? new Uint8Array()) : message;
    this.said = concat(this.said, spoken);
    return spoken;
  }

  digest(): Uint8Array {
    return sha256(this.said);
  }

  secrets(secret: Uint8Array, stage: 'hs' | 'ap'): Record<Side, Uint8Array> {
    const of = (letter: string) => expand(secret, `${letter} ${stage} traffic`, this.digest());
    return { client: of('c'), server: of('s') };
  }
}

class Seal13 {
  private count = 0;
  private readonly key: Uint8Array;
  private readonly iv: Uint8Array;

  constructor(secret: Uint8Array) {
    this.key = expand(secret, 'key', new Uint8Array(), 16);
    this.iv = expand(secret, 'iv', new Uint8Array(), 12);
  }

  seal(type: number, content: Uint8Array): Uint8Array {
    const nonce = Uint8Array.from(this.iv);
    nonce[11]! ^= this.count++;
    const inner = concat(content, Uint8Array.of(type));
    const head = concat(Uint8Array.of(23, 3, 3), u16(inner.length + 16));
    return concat(head, gcm(this.key, nonce, head, inner));
  }
}

class Seal12 {
  private count = 0;

  constructor(
    private readonly key: Uint8Array,
    private readonly iv: Uint8Array,
  ) {}

  seal(type: number, content: Uint8Array): Uint8Array {
    const number = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, this.count++);
    const aad = concat(number, Uint8Array.of(type, 3, 3), u16(content.length));
    return record(type, concat(number, gcm(this.key, concat(this.iv, number), aad, content)));
  }
}

function agreed(seed: number) {
  const [client, server] = [filled(seed + 3), filled(seed + 4)];
  const shared = x25519.getSharedSecret(client, x25519.getPublicKey(server));
  return { client: x25519.getPublicKey(client), server: x25519.getPublicKey(server), shared };
}

function signature(message: Uint8Array, { signer = KEY }: TlsForgery): Uint8Array {
  return unvaryingP256(signer).sign(message);
}

function extensions(...list: [id: number, value: Uint8Array][]): Uint8Array {
  return block(2, concat(...list.map(([id, value]) => concat(u16(id), block(2, value)))));
}

function record(type: number, content: Uint8Array): Uint8Array {
  return concat(Uint8Array.of(type, 3, 3), block(2, content));
}

function block(width: 1 | 2 | 3, content: Uint8Array): Uint8Array {
  const length = [content.length >> 16, (content.length >> 8) & 0xff, content.length & 0xff].slice(3 - width);
  return concat(Uint8Array.from(length), content);
}

function u16(value: number): Uint8Array {
  return Uint8Array.of(value >> 8, value & 0xff);
}

function filled(byte: number, length = 32): Uint8Array {
  return new Uint8Array(length).fill(byte);
}

function sha256(bytes: Uint8Array = new Uint8Array()): Uint8Array {
  return new Uint8Array(createHash('sha256').update(bytes).digest());
}

function hmac(key: Uint8Array, bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHmac('sha256', key).update(bytes).digest());
}

function expand(secret: Uint8Array, label: string, context: Uint8Array, length = 32): Uint8Array {
  const info = concat(u16(length), block(1, utf8(`tls13 ${label}`)), block(1, context), Uint8Array.of(1));
  return hmac(secret, info).subarray(0, length);
}

function prf(secret: Uint8Array, label: string, seed: Uint8Array, length: number): Uint8Array {
  const start = concat(utf8(label), seed);
  let [a, out] = [start, new Uint8Array() as Uint8Array];
  while (out.length < length) {
    a = hmac(secret, a);
    out = concat(out, hmac(secret, concat(a, start)));
  }
  return out.subarray(0, length);
}

function gcm(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, content: Uint8Array): Uint8Array {
  const cipher = createCipheriv('aes-128-gcm', key, nonce);
  cipher.setAAD(aad);
  return concat(new Uint8Array(cipher.update(content)), new Uint8Array(cipher.final()), new Uint8Array(cipher.getAuthTag()));
}
