import { hexDigest } from '../digests';
import { textOf } from '../bytes';
import { type ByteSource, wholeOf } from '../source';
import { WireFault } from './fault';
import { exchangesOfHttp1 } from './http1';
import { exchangesOfHttp2, looksLikeHttp2 } from './http2';
import type { WireExchange } from './message';
import { type Connection, readCapture, reassemble } from './pcap';
import { KeyLog } from './secrets';
import { looksLikeTls, openTls } from './tls';

export interface WireAnswer extends WireExchange {
  address: string;
  port: number;
  /** SHA-256 of the certificate shown on this connection; null without TLS or when the session was resumed. */
  leafSha256: string | null;
  secure: boolean;
}

/** An opening of which nobody can say here that the site signed it, and why. */
export interface Unsigned {
  connection: string;
  detail: string;
}

export interface Unreadable {
  /** Address and port of the site; empty for the whole record. */
  connection: string;
  detail: string;
  /** See `WireFault`. */
  damaged: boolean;
}

const KEYLOG_LIMIT = 16 * 1024 * 1024;

/** Everything that the raw bytes tell, connection after connection; one that can not be read does not end the reading of others. */
export async function readWire(
  capture: ByteSource,
  keylog: ByteSource,
): Promise<{ answers: WireAnswer[]; unreadable: Unreadable[]; unsigned: Unsigned[] }> {
  const answers: WireAnswer[] = [];
  const unreadable: Unreadable[] = [];
  const unsigned: Unsigned[] = [];
  const keys = new KeyLog(textOf(await wholeOf(keylog, KEYLOG_LIMIT)));
  for (const connection of await readCapture(capture)) {
    const { address, port, localPort } = connection;
    const name = `${address} ${port} from ${localPort}`;
    try {
      const read = await readConnection(capture, connection, keys);
      answers.push(...read.answers);
      if (read.unsigned !== null) unsigned.push({ connection: name, detail: read.unsigned });
    } catch (fault) {
      if (!(fault instanceof WireFault)) throw fault;
      unreadable.push({ connection: name, detail: fault.message, damaged: fault.damaged });
    }
  }
  return { answers, unreadable, unsigned };
}

async function readConnection(
  capture: ByteSource,
  connection: Connection,
  keys: KeyLog,
): Promise<{ answers: WireAnswer[]; unsigned: string | null }> {
  const nothing = { answers: [], unsigned: null };
  const sent = await reassemble(capture, connection.sent);
  const received = await reassemble(capture, connection.received);
  if (sent.length === 0 || received.length === 0) return nothing;
  const secure = looksLikeTls(sent);
  const opened = secure ? openTls(sent, received, keys) : { sent, received, leaf: null, unsigned: null };
  if (!opened) return nothing;
  const exchanges = looksLikeHttp2(opened.sent)
    ? exchangesOfHttp2(opened.sent, opened.received)
    : exchangesOfHttp1(opened.sent, opened.received, secure ? 'https' : 'http');
  const leafSha256 = opened.leaf ? hexDigest('sha256', opened.leaf) : null;
  const { address, port } = connection;
  const answers = exchanges.map((exchange) => ({ ...exchange, address, port, leafSha256, secure }));
  return { answers, unsigned: opened.unsigned };
}
