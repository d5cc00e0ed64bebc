import { concat, toHex } from '../bytes';
import { type Coding, unpackSync } from '../primitives';
import { WireFault } from './fault';
import { expandLabel, type KeyLog, opener13, openers12, type Opener, type Suite, suiteOf } from './secrets';

/** What was said inside of a TLS connection. */
export interface Opened {
  sent: Uint8Array;
  received: Uint8Array;
  /** DER of the certificate that the site showed; null when the session was resumed, which shows none. */
  leaf: Uint8Array | null;
}

interface TlsRecord {
  type: number;
  header: Uint8Array;
  body: Uint8Array;
}

interface Message {
  type: number;
  body: Uint8Array;
}

const CHANGE = 20;
const HANDSHAKE = 22;
const DATA = 23;
const CLIENT_HELLO = 1;
const SERVER_HELLO = 2;
const END_OF_EARLY_DATA = 5;
const ENCRYPTED_EXTENSIONS = 8;
const CERTIFICATE = 11;
const FINISHED = 20;
const KEY_UPDATE = 24;
const COMPRESSED_CERTIFICATE = 25;
const EXT_MAC_LAST = 22;
const EXT_EARLY_DATA = 42;
const EXT_VERSIONS = 43;
const TLS12 = 0x0303;
const CERTIFICATE_LIMIT = 1024 * 1024;
/** ServerHello.random of a HelloRetryRequest (RFC 8446 section 4.1.3). */
const RETRY = 'cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c';

/**
 * Opens both directions with the recorded secrets; `null` when the handshake did not come far enough for anything to be said.
 * Every record is authenticated: bytes that were changed afterwards do not open.
 */
export function openTls(sent: Uint8Array, received: Uint8Array, keys: KeyLog): Opened | null {
  const fromClient = recordsOf(sent);
  const fromServer = recordsOf(received);
  const hello = plainMessages(fromClient).find(({ type }) => type === CLIENT_HELLO)?.body;
  const answers = plainMessages(fromServer);
  const answer = answers.findLast(({ type, body }) => type === SERVER_HELLO && toHex(body.subarray(2, 34)) !== RETRY)?.body;
  const speaks = (records: TlsRecord[]) => records.some(({ type }) => type === DATA);
  if (!hello || !answer) {
    if (speaks(fromServer)) throw new WireFault('a TLS connection without its opening');
    return null;
  }
  if (!speaks(fromServer)) return null;
  const parts = parseServerHello(answer);
  const suite = suiteOf(parts.suite);
  const random = hello.subarray(2, 34);
  if (parts.extensions.has(EXT_VERSIONS)) return open13(fromClient, fromServer, suite, toHex(random), keys);
  if (parts.version !== TLS12) throw new WireFault('a version of TLS before 1.2 is not supported', false);
  const master = need(keys, 'CLIENT_RANDOM', toHex(random));
  const openers = openers12(suite, master, random, answer.subarray(2, 34), parts.extensions.has(EXT_MAC_LAST));
  return open12(fromClient, fromServer, openers, answers);
}

/** True for the first bytes of a TLS handshake. */
export function looksLikeTls(sent: Uint8Array): boolean {
  return sent[0] === HANDSHAKE && sent[1] === 3;
}

function need(keys: KeyLog, label: string, random: string): Uint8Array {
  const secret = keys.find(label, random);
  if (!secret) throw new WireFault(`wire/keylog.txt has no ${label} of this connection`, false);
  return secret;
}

function open13(client: TlsRecord[], server: TlsRecord[], suite: Suite, random: string, keys: KeyLog): Opened {
  const secretOf = (label: string) => need(keys, label, random);
  let leaf: Uint8Array | null = null;
  let earlyTaken = false;
  const incoming = new Direction(suite, secretOf('SERVER_HANDSHAKE_TRAFFIC_SECRET'), ({ type, body }, at) => {
    if (type === ENCRYPTED_EXTENSIONS) earlyTaken = extensionsOf(body, 0).has(EXT_EARLY_DATA);
    if (type === CERTIFICATE) leaf = leafOf(body, 1 + (body[0] ?? 0), 3);
    if (type === COMPRESSED_CERTIFICATE) {
      const plain = uncompressed(body);
      leaf = leafOf(plain, 1 + (plain[0] ?? 0), 3);
    }
    if (type === FINISHED) at.turn(secretOf('SERVER_TRAFFIC_SECRET_0'));
  });
  for (const record of server) incoming.take(record);
  return { sent: sent13(client, suite, random, keys, earlyTaken), received: incoming.whole(), leaf };
}

function sent13(records: TlsRecord[], suite: Suite, random: string, keys: KeyLog, earlyTaken: boolean): Uint8Array {
  const handshake = need(keys, 'CLIENT_HANDSHAKE_TRAFFIC_SECRET', random);
  const early = keys.find('CLIENT_EARLY_TRAFFIC_SECRET', random);
  const onMessage = ({ type }: Message, at: Direction) => {
    if (type === END_OF_EARLY_DATA) at.turn(handshake);
    if (type === FINISHED) at.turn(need(keys, 'CLIENT_TRAFFIC_SECRET_0', random));
  };
  const outgoing = new Direction(suite, earlyTaken && early ? early : handshake, onMessage);
  for (const record of records) {
    try {
      outgoing.take(record);
    } catch (fault) {
      // Early data that the site did not take is passed over by it and sent again; it lies before the handshake goes on.
      const passedOver = early !== null && !earlyTaken && !outgoing.began && fault instanceof WireFault && fault.damaged;
      if (!passedOver) throw fault;
    }
  }
  return outgoing.whole();
}

/** One direction of TLS 1.3: the secret changes with the handshake and with each key update. */
class Direction {
  began = false;
  private readonly data: Uint8Array[] = [];
  private opener: Opener;
  private pending = new Uint8Array();

  constructor(
    private readonly suite: Suite,
    private secret: Uint8Array,
    private readonly onMessage: (message: Message, at: Direction) => void,
  ) {
    this.opener = opener13(suite, secret);
  }

  turn(secret: Uint8Array): void {
    this.secret = secret;
    this.opener = opener13(this.suite, secret);
  }

  take({ type, header, body }: TlsRecord): void {
    if (type !== DATA) return;
    const opened = this.opener.open(type, header, body);
    this.began = true;
    let end = opened.length;
    while (end > 0 && opened[end - 1] === 0) end -= 1;
    const inner = opened[end - 1];
    const content = opened.subarray(0, Math.max(0, end - 1));
    if (inner === DATA) this.data.push(content);
    if (inner !== HANDSHAKE) return;
    const { messages, rest } = messagesOf(concat(this.pending, content));
    this.pending = new Uint8Array(rest);
    for (const message of messages) {
      if (message.type === KEY_UPDATE) this.turn(expandLabel(this.suite.hash, this.secret, 'traffic upd', this.secret.length));
      else this.onMessage(message, this);
    }
  }

  whole(): Uint8Array {
    return concat(...this.data);
  }
}

function open12(
  client: TlsRecord[],
  server: TlsRecord[],
  openers: { client: Opener; server: Opener },
  answers: Message[],
): Opened {
  const shown = answers.find(({ type }) => type === CERTIFICATE)?.body;
  return {
    sent: data12(client, openers.client),
    received: data12(server, openers.server),
    leaf: shown ? leafOf(shown, 0, 3) : null,
  };
}

function data12(records: TlsRecord[], opener: Opener): Uint8Array {
  const data: Uint8Array[] = [];
  let sealed = false;
  for (const { type, header, body } of records) {
    if (type === CHANGE) sealed = true;
    else if (sealed) {
      const opened = opener.open(type, header, body);
      if (type === DATA) data.push(opened);
    }
  }
  return concat(...data);
}

/** Whole records; a last one that was cut off with the connection is left. */
function recordsOf(bytes: Uint8Array): TlsRecord[] {
  const records: TlsRecord[] = [];
  for (let at = 0; at + 5 <= bytes.length;) {
    const header = bytes.subarray(at, at + 5);
    const length = (header[3]! << 8) | header[4]!;
    if (header[0]! < CHANGE || header[0]! > DATA || header[1] !== 3 || length > 16_384 + 2_048)
      throw new WireFault('not a TLS record');
    if (at + 5 + length > bytes.length) break;
    records.push({ type: header[0]!, header, body: bytes.subarray(at + 5, at + 5 + length) });
    at += 5 + length;
  }
  return records;
}

/** Handshake messages before anything is encrypted. */
function plainMessages(records: TlsRecord[]): Message[] {
  const end = records.findIndex(({ type }) => type === DATA || type === CHANGE);
  const plain = (end < 0 ? records : records.slice(0, end)).filter(({ type }) => type === HANDSHAKE);
  // A HelloRetryRequest is followed by a change of cipher specification that means nothing, and by a second hello.
  const after = end < 0 ? [] : records.slice(end).filter(({ type }) => type === HANDSHAKE);
  const again = after.filter(({ body }) => body[0] === CLIENT_HELLO || body[0] === SERVER_HELLO);
  return messagesOf(concat(...[...plain, ...again].map(({ body }) => body))).messages;
}

function messagesOf(bytes: Uint8Array): { messages: Message[]; rest: Uint8Array } {
  const messages: Message[] = [];
  let at = 0;
  while (at + 4 <= bytes.length) {
    const end = at + 4 + ((bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!);
    if (end > bytes.length) break;
    messages.push({ type: bytes[at]!, body: bytes.subarray(at + 4, end) });
    at = end;
  }
  return { messages, rest: bytes.subarray(at) };
}

function parseServerHello(body: Uint8Array): { version: number; suite: number; extensions: Set<number> } {
  const at = 35 + (body[34] ?? 0);
  if (body.length < at + 3) throw new WireFault('ServerHello is cut');
  const word = (from: number) => (body[from]! << 8) | body[from + 1]!;
  return { version: word(0), suite: word(at), extensions: extensionsOf(body, at + 3) };
}

function extensionsOf(body: Uint8Array, from: number): Set<number> {
  const found = new Set<number>();
  for (let at = from + 2; at + 4 <= body.length; at += 4 + ((body[at + 2]! << 8) | body[at + 3]!))
    found.add((body[at]! << 8) | body[at + 1]!);
  return found;
}

/** First entry of a certificate list that begins at `at` with its length. */
function leafOf(body: Uint8Array, at: number, width: number): Uint8Array | null {
  const first = at + 3;
  if (first + width > body.length) return null;
  const length = (body[first]! << 16) | (body[first + 1]! << 8) | body[first + 2]!;
  const der = body.subarray(first + width, first + width + length);
  if (length === 0 || der.length !== length) throw new WireFault('certificate is cut');
  return der;
}

const CERTIFICATE_CODINGS: Record<number, Coding> = { 1: 'deflate', 2: 'br', 3: 'zstd' };

/** RFC 8879: algorithm, length, compressed Certificate message. */
function uncompressed(body: Uint8Array): Uint8Array {
  const coding = CERTIFICATE_CODINGS[(body[0]! << 8) | body[1]!];
  if (!coding) throw new WireFault('certificate is packed in an unknown way', false);
  try {
    return unpackSync(coding, body.subarray(8), CERTIFICATE_LIMIT);
  } catch {
    throw new WireFault('certificate can not be unpacked');
  }
}
