import {
  constants,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
  createZstdDecompress,
} from 'node:zlib';
import type { Protocol } from 'puppeteer';
import type { SeenExchange } from '../chromium/recorder';
import type { EgressProxy, RawHeaders, Tunnel, WireExchange } from '../egress/proxy';

/** One exchange as it is put on record: what DevTools saw and what crossed the wire, joined. */
export interface RecordedExchange {
  requestId: string;
  frame: string;
  kind: string;
  url: string;
  method: string;
  requestHeaders: RawHeaders;
  requestBody: Buffer | null;
  status: number;
  statusText: string;
  protocol: string;
  responseHeaders: RawHeaders;
  /** Content encoding taken off; null when there was none or it could not be had. */
  body: Buffer | null;
  encodedBytes: number;
  ip: string;
  port: number;
  connection: number;
  tls: Protocol.Network.SecurityDetails | null;
  source: 'network' | 'cache' | 'serviceWorker';
  /** `wire`: the body is what crossed the wire; `decoded`: without the content encoding, or as DevTools gave it. */
  fidelity: 'wire' | 'decoded';
  truncated: string;
  outcome: 'ok' | 'blocked' | 'failed' | 'limited';
  reason: string;
  startedAt: Date;
  finishedAt: Date;
}

/**
 * Joins both records. Plain HTTP is taken from the wire, which also has what DevTools never tells (bodies of redirects, requests of the
 * browser itself); TLS, cached and synthetic answers from DevTools. Nothing that either saw is left out.
 */
export async function mergeExchanges(
  seen: readonly SeenExchange[],
  proxy: EgressProxy,
  bodyLimit: number,
): Promise<RecordedExchange[]> {
  const waiting = new Map<string, WireExchange[]>();
  for (const wire of proxy.exchanges) {
    const key = `${wire.method} ${withoutFragment(wire.url)}`;
    const queue = waiting.get(key);
    if (queue) queue.push(wire);
    else waiting.set(key, [wire]);
  }
  const merged: Promise<RecordedExchange>[] = [];
  for (const exchange of seen) {
    const wire =
      exchange.source === 'network' ? waiting.get(`${exchange.method} ${withoutFragment(exchange.url)}`)?.shift() : undefined;
    merged.push(wire ? fromWire(wire, exchange, bodyLimit) : Promise.resolve(fromDevTools(exchange, proxy.tunnels)));
  }
  for (const wire of [...waiting.values()].flat()) merged.push(fromWire(wire, null, bodyLimit));
  const all = await Promise.all(merged);
  return all.sort((a, b) => a.startedAt.getTime() - b.startedAt.getTime());
}

async function fromWire(wire: WireExchange, seen: SeenExchange | null, bodyLimit: number): Promise<RecordedExchange> {
  const raw = Buffer.concat(wire.body);
  const coding = codings(wire.responseHeaders);
  const { body, cut } = coding.length > 0 && raw.length > 0 ? await decoded(raw, coding, bodyLimit) : { body: raw, cut: '' };
  const outcome = wire.outcome === 'open' ? 'limited' : wire.outcome;
  const answered = wire.status > 0;
  return {
    requestId: seen?.requestId ?? '',
    frame: seen?.frame ?? '',
    kind: seen?.kind ?? 'Other',
    url: withoutFragment(wire.url),
    method: wire.method,
    requestHeaders: wire.requestHeaders,
    requestBody: wire.requestBody,
    status: wire.status,
    statusText: wire.statusText,
    protocol: wire.protocol,
    responseHeaders: wire.responseHeaders,
    body: answered ? body : null,
    encodedBytes: wire.encodedBytes,
    ip: wire.ip,
    port: wire.port,
    connection: wire.connection,
    tls: null,
    source: 'network',
    fidelity: coding.length > 0 ? 'decoded' : 'wire',
    truncated: cut || cutOf(outcome, wire.reason, answered),
    outcome,
    reason: wire.reason || (seen?.outcome === 'failed' ? seen.reason : ''),
    startedAt: wire.startedAt,
    finishedAt: wire.finishedAt ?? wire.startedAt,
  };
}

function cutOf(outcome: string, reason: string, answered: boolean): string {
  if (!answered || outcome === 'ok' || outcome === 'blocked') return '';
  if (/bytes/i.test(reason)) return 'length';
  return outcome === 'limited' ? 'time' : 'disconnect';
}

function fromDevTools(seen: SeenExchange, tunnels: readonly Tunnel[]): RecordedExchange {
  const tunnel = tunnelOf(seen, tunnels);
  const refused = tunnel !== undefined && (tunnel.outcome === 'blocked' || tunnel.outcome === 'failed') && seen.status === 0;
  const outcome = seen.outcome === 'open' ? 'limited' : seen.outcome;
  const { requestId, frame, kind, method, requestHeaders, requestBody, status, statusText, protocol, responseHeaders } = seen;
  return {
    requestId,
    frame,
    kind,
    url: withoutFragment(seen.url),
    method,
    requestHeaders,
    requestBody,
    status,
    statusText,
    protocol,
    responseHeaders,
    body: seen.body,
    encodedBytes: seen.encodedBytes,
    ip: seen.source === 'network' ? (tunnel?.ip ?? '') : '',
    port: seen.source === 'network' ? (tunnel?.port ?? 0) : 0,
    connection: seen.connection,
    tls: seen.tls,
    source: seen.source,
    fidelity: 'decoded',
    truncated: seen.truncated || (status > 0 && lacksBody(seen) ? 'unspecified' : ''),
    outcome: refused && tunnel.outcome === 'blocked' ? 'blocked' : outcome,
    reason: refused ? tunnel.reason : seen.reason,
    startedAt: seen.startedAt,
    finishedAt: seen.finishedAt ?? seen.startedAt,
  };
}

/**
 * DevTools cannot give the body of a redirect, and of a picture that cannot be decoded it may say that it was empty before a byte of it was
 * counted; that one was there and is not known is said, not passed over.
 */
function lacksBody({ status, method, responseHeaders, body }: SeenExchange): boolean {
  if (method === 'HEAD' || status === 204 || status === 304 || status < 200) return false;
  const announced = headerOf(responseHeaders, 'content-length');
  return body === null ? announced !== '0' : body.length === 0 && Number(announced) > 0;
}

function tunnelOf(seen: SeenExchange, tunnels: readonly Tunnel[]): Tunnel | undefined {
  const url = new URL(seen.url);
  const secure = url.protocol === 'https:' || url.protocol === 'wss:';
  const port = Number(url.port) || (secure ? 443 : 80);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const same = tunnels.filter((tunnel) => tunnel.host === host && tunnel.port === port);
  return same.findLast((tunnel) => tunnel.startedAt <= (seen.finishedAt ?? seen.startedAt)) ?? same[0];
}

export function headerOf(headers: RawHeaders, name: string): string {
  return headers.find(([key]) => key.toLowerCase() === name)?.[1] ?? '';
}

function codings(headers: RawHeaders): string[] {
  return headers
    .filter(([name]) => name.toLowerCase() === 'content-encoding')
    .flatMap(([, value]) => value.toLowerCase().split(','))
    .map((value) => value.trim())
    .filter((value) => value !== '' && value !== 'identity');
}

const DECODERS: Record<string, (first: Buffer) => NodeJS.ReadWriteStream & { destroy(): void }> = {
  gzip: () => createGunzip({ finishFlush: constants.Z_SYNC_FLUSH }),
  'x-gzip': () => createGunzip({ finishFlush: constants.Z_SYNC_FLUSH }),
  deflate: (first) =>
    zlibHead(first)
      ? createInflate({ finishFlush: constants.Z_SYNC_FLUSH })
      : createInflateRaw({ finishFlush: constants.Z_SYNC_FLUSH }),
  br: () => createBrotliDecompress(),
  zstd: () => createZstdDecompress(),
};

function zlibHead(bytes: Buffer): boolean {
  return bytes.length > 1 && ((bytes[0] as number) & 0x0f) === 8 && bytes.readUInt16BE(0) % 31 === 0;
}

/** Takes the content encodings off, last first, and stops at the limit: a bomb costs no more than that. */
async function decoded(raw: Buffer, applied: string[], limit: number): Promise<{ body: Buffer; cut: string }> {
  let body = raw;
  let cut = '';
  for (const coding of applied.toReversed()) {
    const make = DECODERS[coding];
    if (!make) return { body: raw, cut: 'unspecified' };
    const result = await through(make(body), body, limit);
    body = result.body;
    cut ||= result.cut;
  }
  return { body, cut };
}

function through(
  stream: NodeJS.ReadWriteStream & { destroy(): void },
  input: Buffer,
  limit: number,
): Promise<{ body: Buffer; cut: string }> {
  return new Promise((done) => {
    const out: Buffer[] = [];
    let size = 0;
    const end = (cut: string) => done({ body: Buffer.concat(out), cut });
    stream.on('data', (chunk: Buffer) => {
      const rest = limit - size;
      size += chunk.length;
      out.push(chunk.length > rest ? chunk.subarray(0, Math.max(0, rest)) : chunk);
      if (size > limit) {
        stream.destroy();
        end('length');
      }
    });
    stream.on('end', () => end(''));
    // Damaged or cut off: what came out until then is what the browser had too.
    stream.on('error', () => end('disconnect'));
    stream.end(input);
  });
}

function withoutFragment(url: string): string {
  const at = url.indexOf('#');
  return at < 0 ? url : url.slice(0, at);
}
