import { createHash } from 'node:crypto';
import { createServer as plainServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as secureServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { CERTIFICATE, KEY } from './fixture-certificate';

/** What the server saw and what it answered, decoded: the truth that records are compared with. */
export interface Served {
  method: string;
  url: string;
  userAgent: string;
  requestBody: string;
  status: number;
  sha256: string;
}

export type Handler = (request: IncomingMessage, response: ServerResponse, body: Buffer) => void;

/** A loopback server whose pages are given by path (`/a`) or by prefix (`/a/*`). Keeps a log of all that it was asked. */
export class FixtureSite {
  readonly log: Served[] = [];
  readonly sockets = new Set<Socket>();
  private readonly server: Server;

  constructor(
    private readonly pages: Record<string, Handler>,
    readonly secure = false,
    certificate = CERTIFICATE,
  ) {
    const serve = (request: IncomingMessage, response: ServerResponse) => void this.serve(request, response);
    this.server = secure ? secureServer({ cert: certificate, key: KEY }, serve) : plainServer(serve);
    this.server.keepAliveTimeout = 60_000;
    this.server.on('connection', (socket: Socket) => {
      this.sockets.add(socket);
      socket.on('close', () => this.sockets.delete(socket));
      socket.on('error', () => undefined);
    });
  }

  async start(): Promise<this> {
    await new Promise<void>((done) => this.server.listen(0, '127.0.0.1', done));
    return this;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  url(path: string, host = '127.0.0.1'): string {
    return `${this.secure ? 'https' : 'http'}://${host}:${this.port}${path}`;
  }

  served(path: string): Served[] {
    return this.log.filter(({ url }) => url.split('?')[0] === path);
  }

  async stop(): Promise<void> {
    const closed = new Promise((done) => this.server.close(done));
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const path = (request.url ?? '').split('?')[0] ?? '';
    const prefix = Object.keys(this.pages).find((key) => key.endsWith('*') && path.startsWith(key.slice(0, -1)));
    const entry: Served = {
      method: request.method ?? '',
      url: request.url ?? '',
      userAgent: request.headers['user-agent'] ?? '',
      requestBody: body.toString('utf8'),
      status: 0,
      sha256: '',
    };
    this.log.push(entry);
    sent.set(response, entry);
    const handler = this.pages[path] ?? (prefix ? this.pages[prefix] : undefined);
    if (handler) handler(request, response, body);
    else answer(response, 404, 'text/plain', `nothing at ${path}`);
    entry.status ||= response.statusCode;
  }
}

const sent = new WeakMap<ServerResponse, Served>();

type Coding = 'gzip' | 'br' | 'deflate' | 'zstd';

const PACK: Record<Coding, (bytes: Buffer) => Buffer> = {
  gzip: gzipSync,
  br: brotliCompressSync,
  deflate: deflateSync,
  zstd: zstdCompressSync,
};

/** Answers and notes the digest of what it answered, before any content encoding. */
export function answer(
  response: ServerResponse,
  status: number,
  type: string,
  body: string | Buffer,
  headers: Record<string, string | string[]> = {},
  coding?: Coding,
): void {
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(body, 'utf8');
  const entry = sent.get(response);
  if (entry) {
    entry.status = status;
    entry.sha256 = createHash('sha256').update(bytes).digest('hex');
  }
  response.writeHead(status, { 'content-type': type, ...(coding ? { 'content-encoding': coding } : {}), ...headers });
  response.end(coding ? PACK[coding](bytes) : bytes);
}

export const html =
  (body: string, headers: Record<string, string | string[]> = {}): Handler =>
  (_request, response) =>
    answer(response, 200, 'text/html; charset=utf-8', `<!doctype html>${body}`, headers);

export const text =
  (body: string, type = 'text/plain; charset=utf-8', coding?: Coding): Handler =>
  (_request, response) =>
    answer(response, 200, type, body, {}, coding);

export const redirect =
  (to: string, status = 302): Handler =>
  (_request, response) =>
    answer(response, status, 'text/html', `<p>moved to ${to}`, { location: to });
