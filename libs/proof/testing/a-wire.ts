import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync } from 'node:fs';
import { connect as connectHttp2, createSecureServer as createHttp2Server } from 'node:http2';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join as pathOf } from 'node:path';
import type { Duplex } from 'node:stream';
import { connect as connectTls, createServer as createTlsServer, type SecureVersion, type TLSSocket } from 'node:tls';
import { concat, utf8 } from '../bytes';
import { digestsOf } from '../digests';
import type { Chunk } from './a-tls';

/** What a server answers; `body` is sent as it stands, `decoded` is what a browser makes of it. */
export interface Answer {
  path: string;
  method?: string;
  posted?: string;
  status: number;
  headers: [string, string][];
  body: Uint8Array;
  decoded?: Uint8Array;
}

export interface AWire {
  capture: Uint8Array;
  keylog: Uint8Array;
  /** Lines of `record/exchanges.jsonl` that tell the truth about it. */
  lines: Record<string, unknown>[];
  protocol: string;
}

export interface WireOptions {
  cert: string;
  key: string;
  leafSha256: string;
  version: SecureVersion;
  cipher: string;
  http2?: boolean;
  /** The only group that the server takes; a client that guessed another is asked once more (HelloRetryRequest). */
  curve?: string;
  /** Options of OpenSSL for the client. */
  secureOptions?: number;
}

/** A key and a certificate that it signed itself; `kind` as `openssl req -newkey` takes it. */
export function aSiteCertificate(...kind: string[]): Pick<WireOptions, 'cert' | 'key' | 'leafSha256'> {
  const folder = mkdtempSync(pathOf(tmpdir(), 'site-'));
  const [keyFile, certificateFile] = [pathOf(folder, 'key.pem'), pathOf(folder, 'cert.pem')];
  const subject = ['-subj', '/CN=site.test', '-days', '2', '-keyout', keyFile, '-out', certificateFile];
  execFileSync('openssl', ['req', '-x509', '-nodes', '-newkey', ...kind, ...subject], { stdio: 'pipe' });
  const [cert, key] = [readFileSync(certificateFile, 'utf8'), readFileSync(keyFile, 'utf8')];
  return { cert, key, leafSha256: digestsOf(new Uint8Array(new X509Certificate(cert).raw)).sha256 };
}

/** A real TLS connection over loopback with its raw bytes and secrets, and the record that a careful browser would have made of it. */
export async function aWire(answers: readonly Answer[], options: WireOptions): Promise<AWire> {
  const tls = {
    cert: options.cert,
    key: options.key,
    minVersion: options.version,
    maxVersion: options.version,
    // What a site of today would no longer take has to be readable too.
    ciphers: `${options.cipher}:DEFAULT:@SECLEVEL=0`,
    dhparam: 'auto',
    ...(options.curve && { ecdhCurve: options.curve }),
  };
  const find = (path: string) => answers.find((answer) => answer.path === path)!;
  const server = options.http2
    ? createHttp2Server({ ...tls, allowHTTP1: false }, (request, response) => {
        const { status, headers, body } = find(request.url);
        request.resume();
        response.sendDate = false;
        response.writeHead(status, Object.fromEntries(grouped(headers)));
        response.end(body);
      })
    : createTlsServer({ ...tls, ALPNProtocols: ['http/1.1'] }, (socket) =>
        socket.on('error', () => undefined).once('data', () => socket.end(concat(...answers.map(spokenAnswer)))),
      );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const chunks: Chunk[] = [];
  const tap = createServer((client) => join(client, connect(port, '127.0.0.1'), chunks)).listen(0, '127.0.0.1');
  await once(tap, 'listening');
  const secrets: Uint8Array[] = [];
  const socket = connectTls({
    port: (tap.address() as AddressInfo).port,
    host: '127.0.0.1',
    rejectUnauthorized: false,
    ALPNProtocols: options.http2 ? ['h2'] : ['http/1.1'],
    minVersion: options.version,
    maxVersion: options.version,
    ciphers: options.cipher,
    ...(options.secureOptions && { secureOptions: options.secureOptions }),
  });
  socket.on('keylog', (line) => secrets.push(line));
  await once(socket, 'secureConnect');
  const cipher = socket.getCipher().name;
  if (options.http2) await askHttp2(socket, answers);
  else await askHttp1(socket, answers);
  socket.destroy();
  tap.close();
  server.close();
  return {
    capture: pcapOf([{ port, chunks }]),
    keylog: concat(...secrets),
    lines: answers.map((answer) => lineOf(answer, port, options)),
    protocol: `${options.version} ${cipher}`,
  };
}

function join(client: Socket, site: Socket, chunks: Chunk[]): void {
  const pass = (out: boolean, to: Duplex) => (bytes: Buffer) => {
    chunks.push({ out, bytes: Uint8Array.from(bytes) });
    to.write(bytes);
  };
  client.on('data', pass(true, site)).on('close', () => site.destroy());
  site.on('data', pass(false, client)).on('close', () => client.destroy());
  for (const end of [client, site]) end.on('error', () => end.destroy());
}

/** All requests at once, as a pipeline; the server ends the connection after the last answer. */
async function askHttp1(socket: TLSSocket, answers: readonly Answer[]): Promise<void> {
  const requests = answers.map(({ path, method = 'GET', posted }) => {
    const length = posted === undefined ? '' : `Content-Length: ${Buffer.byteLength(posted)}\r\n`;
    return `${method} ${path} HTTP/1.1\r\nHost: site.test\r\n${length}\r\n${posted ?? ''}`;
  });
  socket.write(requests.join(''));
  socket.resume();
  await once(socket, 'end');
}

function spokenAnswer({ status, headers, body }: Answer): Uint8Array {
  const head = `HTTP/1.1 ${status} Said\r\n${headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
  const chunked = headers.some(([name]) => name.toLowerCase() === 'transfer-encoding');
  const half = body.length >> 1;
  const chunks = [body.subarray(0, half), body.subarray(half)].filter((part) => part.length > 0);
  const spoken = chunks.map((part) => concat(utf8(`${part.length.toString(16)}\r\n`), part, utf8('\r\n')));
  return chunked ? concat(utf8(head), ...spoken, utf8('0\r\n\r\n')) : concat(utf8(head), body);
}

async function askHttp2(socket: TLSSocket, answers: readonly Answer[]): Promise<void> {
  const session = connectHttp2('https://site.test', { createConnection: () => socket });
  await Promise.all(
    answers.map(async ({ path, method = 'GET', posted }) => {
      const stream = session.request({ ':path': path, ':method': method }, { endStream: posted === undefined });
      if (posted !== undefined) stream.end(posted);
      stream.resume();
      await once(stream, 'end');
    }),
  );
  const closed = once(session, 'close');
  session.close();
  await closed;
}

function grouped(headers: readonly [string, string][]): Map<string, string | string[]> {
  const all = new Map<string, string[]>();
  for (const [name, value] of headers) all.set(name, [...(all.get(name) ?? []), value]);
  return new Map([...all].map(([name, values]) => [name, values.length > 1 ? values : values[0]!]));
}

function lineOf(answer: Answer, port: number, { http2, leafSha256 }: WireOptions): Record<string, unknown> {
  const { path, method = 'GET', posted, status, headers, body, decoded = body } = answer;
  return {
    url: `https://site.test${path}`,
    method,
    status,
    responseHeaders: http2 ? [[':status', String(status)], ...headers] : headers,
    requestBodySha256: posted === undefined ? null : digestsOf(Buffer.from(posted)).sha256,
    ip: '127.0.0.1',
    port,
    tls: { leafSha256 },
    source: 'network',
    decodedBytes: decoded.length,
    ...digestsOf(decoded),
    truncated: '',
    outcome: 'ok',
  };
}

/** pcap of raw IPv4, one opening and then the bytes of each connection, as `wire/capture.pcap` is written. Its times are those of no day. */
export function pcapOf(connections: { port: number; chunks: Chunk[]; address?: number[] }[]): Uint8Array {
  const head = Buffer.alloc(24);
  head.writeUInt32LE(0xa1b2c3d4, 0);
  head.writeUInt16LE(2, 4);
  head.writeUInt16LE(4, 6);
  head.writeUInt32LE(0x40000, 16);
  head.writeUInt32LE(101, 20);
  const packets: Buffer[] = [head];
  connections.forEach(({ port, chunks, address = [127, 0, 0, 1] }, n) => {
    const next = { out: 1, in: 1 };
    const packet = (out: boolean, flags: number, bytes: Uint8Array) => {
      packets.push(packetOf(out, 40_000 + n, port, flags, flags & 2 ? 0 : next[out ? 'out' : 'in'], bytes, address));
      next[out ? 'out' : 'in'] += bytes.length;
    };
    packet(true, 0x02, new Uint8Array());
    packet(false, 0x12, new Uint8Array());
    for (const { out, bytes } of chunks)
      for (let at = 0; at < bytes.length; at += 32_768) packet(out, 0x18, bytes.subarray(at, at + 32_768));
  });
  return concat(...packets);
}

function packetOf(
  out: boolean,
  local: number,
  port: number,
  flags: number,
  seq: number,
  bytes: Uint8Array,
  address: number[],
): Buffer {
  const ip = Buffer.alloc(16 + 40);
  ip.writeUInt32LE(40 + bytes.length, 8);
  ip.writeUInt32LE(40 + bytes.length, 12);
  ip[16] = 0x45;
  ip.writeUInt16BE(40 + bytes.length, 18);
  ip[25] = 6;
  const own = [127, 0, 0, 1];
  ip.set(out ? [...own, ...address] : [...address, ...own], 28);
  ip.writeUInt16BE(out ? local : port, 36);
  ip.writeUInt16BE(out ? port : local, 38);
  ip.writeUInt32BE(seq, 40);
  ip[48] = 0x50;
  ip[49] = flags;
  return Buffer.concat([ip, bytes]);
}
