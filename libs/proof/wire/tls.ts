import { concat, toHex } from '../bytes';
import { type Coding, unpackSync } from '../primitives';
import { WireFault } from './fault';
import { certificateVerify13, type Message, serverKeyExchange12, Transcript } from './handshake';
import { agreementOf, expandLabel, type KeyLog, opener13, openers12, type Opener, type Suite, suiteOf } from './secrets';

/** What was said inside of a TLS connection. */
export interface Opened {
  sent: Uint8Array;
  received: Uint8Array;
  /** DER of the certificate that the site showed; null when the session was resumed, which shows none. */
  leaf: Uint8Array | null;
  /** Why nothing is said about who signed the opening; null when it is signed by the key of `leaf`. */
  unsigned: string | null;
}

const RESUMED = 'the session was resumed: its opening is not signed again';
const KEY_TRANSPORT = 'the key was agreed on without a signature (RSA key exchange)';

interface TlsRecord {
  type: number;
  header: Uint8Array;
  body: Uint8Array;
}

const CHANGE = 20;
const ALERT = 21;
const HANDSHAKE = 22;
const DATA = 23;
const HELLO_REQUEST = 0;
const CLIENT_HELLO = 1;
const SERVER_HELLO = 2;
const END_OF_EARLY_DATA = 5;
const ENCRYPTED_EXTENSIONS = 8;
const CERTIFICATE = 11;
const SERVER_KEY_EXCHANGE = 12;
const SERVER_HELLO_DONE = 14;
const CERTIFICATE_VERIFY = 15;
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
 * Every record is authenticated, and the Finished of both sides holds what went in clear text: bytes that were changed afterwards show.
 * The signature of the site binds the key of its certificate to this very opening.
 */
export function openTls(sent: Uint8Array, received: Uint8Array, keys: KeyLog): Opened | null {
  const fromClient = recordsOf(sent);
  const fromServer = recordsOf(received);
  const asked = plainMessages(fromClient);
  const hello = asked.find(({ type }) => type === CLIENT_HELLO)?.body;
  const answers = plainMessages(fromServer);
  const answer = answers.findLast(({ type, body }) => type === SERVER_HELLO && !isRetry(body))?.body;
  const speaks = (records: TlsRecord[]) => records.some(({ type }) => type === DATA);
  if (!hello || !answer) {
    if (speaks(fromServer)) throw new WireFault('a TLS connection without its opening');
    return null;
  }
  if (!speaks(fromServer)) return null;
  const parts = parseServerHello(answer);
  const suite = suiteOf(parts.suite);
  const random = hello.subarray(2, 34);
  if (parts.extensions.has(EXT_VERSIONS)) {
    const transcript = new Transcript(suite.hash);
    addHellos(transcript, asked, answers);
    return open13(fromClient, fromServer, { suite, random: toHex(random), keys, transcript });
  }
  if (parts.version !== TLS12) throw new WireFault('a version of TLS before 1.2 is not supported', false);
  const master = need(keys, 'CLIENT_RANDOM', toHex(random));
  const randoms = [random, answer.subarray(2, 34)] as const;
  const openers = openers12(suite, master, ...randoms, parts.extensions.has(EXT_MAC_LAST));
  const opening = { master, suite, agreement: agreementOf(parts.suite), randoms: concat(...randoms) };
  return open12(fromClient, fromServer, openers, opening);
}

function isRetry(hello: Uint8Array): boolean {
  return toHex(hello.subarray(2, 34)) === RETRY;
}

/** What was said before anything was encrypted, with the first hello as its digest where the site asked for another. */
function addHellos(transcript: Transcript, asked: readonly Message[], answers: readonly Message[]): void {
  const [first, second] = asked.filter(({ type }) => type === CLIENT_HELLO);
  const retry = answers.find(({ type, body }) => type === SERVER_HELLO && isRetry(body));
  const answer = answers.findLast(({ type, body }) => type === SERVER_HELLO && !isRetry(body))!;
  if (retry) transcript.addHashed(first!);
  transcript.add(...(retry ? [retry, ...(second ? [second] : [])] : [first!]), answer);
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

interface Opening13 {
  suite: Suite;
  /** Of the client's hello, in hex: under it the key log has the secrets. */
  random: string;
  keys: KeyLog;
  transcript: Transcript;
}

function open13(client: TlsRecord[], server: TlsRecord[], opening: Opening13): Opened {
  const { suite, random, keys, transcript } = opening;
  const handshake = need(keys, 'SERVER_HANDSHAKE_TRAFFIC_SECRET', random);
  let leaf: Uint8Array | null = null;
  let unsigned: string | null = RESUMED;
  let isSigned = false;
  let earlyTaken = false;
  let isOver = false;
  const incoming = new Direction(
    suite,
    () => handshake,
    false,
    (message, at) => {
      const { type, body } = message;
      // What follows the opening, such as tickets, is no part of it.
      if (isOver) return;
      if (type === ENCRYPTED_EXTENSIONS) earlyTaken = extensionsOf(body, 0).has(EXT_EARLY_DATA);
      if (type === CERTIFICATE) leaf = leafOf(body, 1 + (body[0] ?? 0), 3);
      if (type === COMPRESSED_CERTIFICATE) {
        const plain = uncompressed(body);
        leaf = leafOf(plain, 1 + (plain[0] ?? 0), 3);
      }
      if (type === CERTIFICATE_VERIFY) {
        unsigned = certificateVerify13(leaf, message, transcript);
        isSigned = true;
      }
      if (type !== FINISHED) return transcript.add(message);
      if (leaf !== null && !isSigned) throw new WireFault('a certificate was shown and nothing was signed with it');
      transcript.finish13(message, handshake, 'the site');
      isOver = true;
      at.turn(() => need(keys, 'SERVER_TRAFFIC_SECRET_0', random), true);
    },
  );
  const isUnheard = isGivenUp(client, opening);
  for (const record of server) if (!isOver || !isUnheard) incoming.take(record);
  return { sent: sent13(client, opening, earlyTaken), received: incoming.whole(), leaf, unsigned };
}

/**
 * The browser left before its Finished, as it does when it does not take the certificate: at most it sent an alert (RFC 8446 section 6.2).
 * Nothing was asked on such a connection, and what the site said ahead was heard by nobody: the browser has no secret for it.
 */
function isGivenUp(client: TlsRecord[], { suite, random, keys }: Opening13): boolean {
  const sealed = client.filter(({ type }) => type === DATA);
  const secret = keys.find('CLIENT_HANDSHAKE_TRAFFIC_SECRET', random);
  const [only] = sealed;
  if (!only) return true;
  if (sealed.length > 1 || !secret || keys.find('CLIENT_EARLY_TRAFFIC_SECRET', random)) return false;
  return unsealed(opener13(suite, secret).open(only.type, only.header, only.body)).type === ALERT;
}

/** What a record of TLS 1.3 holds under its seal: type after the content, zeros after the type (RFC 8446 section 5.4). */
function unsealed(opened: Uint8Array): { type: number | undefined; content: Uint8Array } {
  let end = opened.length;
  while (end > 0 && opened[end - 1] === 0) end -= 1;
  return { type: opened[end - 1], content: opened.subarray(0, Math.max(0, end - 1)) };
}

function sent13(records: TlsRecord[], { suite, random, keys, transcript }: Opening13, earlyTaken: boolean): Uint8Array {
  const handshake = () => need(keys, 'CLIENT_HANDSHAKE_TRAFFIC_SECRET', random);
  const early = keys.find('CLIENT_EARLY_TRAFFIC_SECRET', random);
  const isEarly = earlyTaken && early !== null;
  let isOver = false;
  const onMessage = (message: Message, at: Direction) => {
    if (isOver) return;
    if (message.type === FINISHED) {
      transcript.finish13(message, handshake(), 'the browser');
      isOver = true;
      return at.turn(() => need(keys, 'CLIENT_TRAFFIC_SECRET_0', random), true);
    }
    transcript.add(message);
    if (message.type === END_OF_EARLY_DATA) at.turn(handshake, false);
  };
  const outgoing = new Direction(suite, isEarly ? () => early : handshake, isEarly, onMessage);
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
  private key: { secret: Uint8Array; opener: Opener } | null = null;
  private pending = new Uint8Array();

  constructor(
    private readonly suite: Suite,
    /** Asked with the first record under it: a connection that ended before needs none. */
    private secret: () => Uint8Array,
    /** Whether what is said under this secret may be content. */
    private ready: boolean,
    private readonly onMessage: (message: Message, at: Direction) => void,
  ) {}

  turn(secret: () => Uint8Array, ready: boolean): void {
    this.secret = secret;
    this.ready = ready;
    this.key = null;
  }

  take({ type, header, body }: TlsRecord): void {
    if (type !== DATA) return;
    const { secret, opener } = (this.key ??= this.keyOf(this.secret()));
    const { type: inner, content } = unsealed(opener.open(type, header, body));
    this.began = true;
    if (inner === DATA && !this.ready) throw new WireFault('content before the end of the opening');
    if (inner === DATA) this.data.push(content);
    if (inner !== HANDSHAKE) return;
    const { messages, rest } = messagesOf(concat(this.pending, content));
    this.pending = new Uint8Array(rest);
    for (const message of messages) {
      if (message.type === KEY_UPDATE) {
        this.turn(() => expandLabel(this.suite.hash, secret, 'traffic upd', secret.length), this.ready);
      } else this.onMessage(message, this);
    }
  }

  whole(): Uint8Array {
    return concat(...this.data);
  }

  private keyOf(secret: Uint8Array) {
    return { secret, opener: opener13(this.suite, secret) };
  }
}

interface Opening12 {
  master: Uint8Array;
  suite: Suite;
  agreement: 'ecdhe' | 'dhe' | null;
  randoms: Uint8Array;
}

function open12(
  client: TlsRecord[],
  server: TlsRecord[],
  openers: { client: Opener; server: Opener },
  opening: Opening12,
): Opened {
  const sent = opened12(client, openers.client, 'the browser');
  const received = opened12(server, openers.server, 'the site');
  finish12(sent, received, opening);
  const shown = received.plain.find(({ type }) => type === CERTIFICATE)?.body;
  const leaf = shown ? leafOf(shown, 0, 3) : null;
  return { sent: sent.data, received: received.data, leaf, unsigned: unsigned12(received.plain, leaf, opening) };
}

/** A full opening is ended by the browser first; a resumed one, in which the site says no more than its hello, by the site. */
function finish12(sent: Opened12, received: Opened12, { master, suite }: Opening12): void {
  const transcript = new Transcript(suite.hash);
  const done = received.plain.findIndex(({ type }) => type === SERVER_HELLO_DONE) + 1;
  const [hello, ...rest] = sent.plain;
  transcript.add(hello!, ...received.plain.slice(0, done || received.plain.length), ...rest);
  const sides = [
    { side: 'client', who: 'the browser', finished: sent.finished, before: [] },
    { side: 'server', who: 'the site', finished: received.finished, before: done ? received.plain.slice(done) : [] },
  ] as const;
  let isWhole = true;
  for (const { side, who, finished, before } of done ? sides : sides.toReversed()) {
    transcript.add(...before);
    if (finished && !isWhole) throw new WireFault(`Finished of ${who} without the one that comes before it`);
    if (finished) transcript.finish12(finished, master, side, who);
    else isWhole = false;
  }
}

function unsigned12(plain: readonly Message[], leaf: Uint8Array | null, { agreement, randoms }: Opening12): string | null {
  if (!plain.some(({ type }) => type === SERVER_HELLO_DONE)) return RESUMED;
  if (agreement === null) return KEY_TRANSPORT;
  const exchange = plain.find(({ type }) => type === SERVER_KEY_EXCHANGE);
  if (!exchange) throw new WireFault('the opening has no key exchange of the site');
  return serverKeyExchange12(leaf, exchange, randoms, agreement);
}

interface Opened12 {
  /** Messages of the opening in clear text. */
  plain: Message[];
  finished: Message | null;
  data: Uint8Array;
}

function opened12(records: TlsRecord[], opener: Opener, who: string): Opened12 {
  const change = records.findIndex(({ type }) => type === CHANGE);
  const clear = change < 0 ? records : records.slice(0, change);
  if (clear.some(({ type }) => type === DATA)) throw new WireFault('content before the end of the opening');
  const plain = messagesOf(concat(...clear.filter(({ type }) => type === HANDSHAKE).map(({ body }) => body)));
  const data: Uint8Array[] = [];
  let finished: Message | null = null;
  for (const { type, header, body } of change < 0 ? [] : records.slice(change)) {
    if (type === CHANGE) continue;
    const content = opener.open(type, header, body);
    if (type === HANDSHAKE) finished ??= messagesOf(content).messages[0] ?? null;
    if (type !== DATA) continue;
    if (finished?.type !== FINISHED) throw new WireFault(`content of ${who} before its Finished`);
    data.push(content);
  }
  // A greeting that asks for another opening (HelloRequest) is no part of one.
  return { plain: plain.messages.filter(({ type }) => type !== HELLO_REQUEST), finished, data: concat(...data) };
}

/** Whole records; a last one that was cut off with the connection is left. */
function recordsOf(bytes: Uint8Array): TlsRecord[] {
  const records: TlsRecord[] = [];
  for (let at = 0; at + 5 <= bytes.length;) {
    const header = bytes.subarray(at, at + 5);
    const length = (header[3]! << 8) | header[4]!;
    if (header[0]! < CHANGE || header[0]! > DATA || header[1] !== 3 || header[2]! > 4 || length > 16_384 + 2_048)
      throw new WireFault('not a TLS record');
    if (at + 5 + length > bytes.length) break;
    if (header[0] === CHANGE && (length !== 1 || bytes[at + 5] !== 1))
      throw new WireFault('not a change of cipher specification');
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
    messages.push({ type: bytes[at]!, body: bytes.subarray(at + 4, end), whole: bytes.subarray(at, end) });
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
