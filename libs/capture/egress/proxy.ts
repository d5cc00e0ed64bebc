import { randomBytes } from 'node:crypto';
import {
  Agent,
  createServer,
  request,
  type ClientRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { Server as NetServer, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { EgressResolver, type ResolverSettings, type Target } from './resolver';
import { openFrom, type Opened, type Vantage } from './vantage';
import { WireRecord, type WireStream } from './wire';

/** Marks an answer as ours. Its value is a secret of the job, so no site can pass for the egress, nor the egress for a site. */
export const REFUSAL_HEADER = 'x-egress-refusal';

export type RawHeaders = [string, string][];

/** One plain HTTP exchange as it crossed the wire, or one that was not let out. */
export interface WireExchange {
  id: number;
  method: string;
  url: string;
  requestHeaders: RawHeaders;
  requestBody: Buffer | null;
  /** Zero when nothing came back. */
  status: number;
  statusText: string;
  protocol: string;
  responseHeaders: RawHeaders;
  /** As sent, content encoding still on, transfer encoding taken off. */
  body: Buffer[];
  encodedBytes: number;
  ip: string;
  port: number;
  connection: number;
  outcome: 'open' | 'ok' | 'blocked' | 'failed' | 'limited';
  reason: string;
  startedAt: Date;
  finishedAt: Date | null;
}

/** One CONNECT tunnel: TLS or WebSocket bytes that the egress passes on unread. */
export interface Tunnel {
  id: number;
  host: string;
  port: number;
  ip: string;
  outcome: 'open' | 'ok' | 'blocked' | 'failed';
  reason: string;
  startedAt: Date;
  sentBytes: number;
  receivedBytes: number;
}

export interface EgressRules extends ResolverSettings {
  vantage: Vantage;
  /** Encoded bytes of one body, and of everything together. */
  bodyBytes: number;
  totalBytes: number;
}

const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/**
 * The browser's only way out. Closed until `open`, closed again by `close`: a browser kept ready can reach nothing.
 * Names are resolved here, every answer is checked, and the connection goes to the checked address itself.
 */
export class EgressProxy {
  readonly secret = randomBytes(24).toString('hex');
  readonly exchanges: WireExchange[] = [];
  readonly tunnels: Tunnel[] = [];
  receivedBytes = 0;
  /** Told once, when the sum of received bytes passes its limit. */
  onTotalBytes: (() => void) | null = null;

  private readonly server: Server;
  private readonly sockets = new Set<Duplex>();
  private connections = 0;
  private rules: EgressRules | null = null;
  private resolver: EgressResolver | null = null;
  private wire: WireRecord | null = null;
  private agent: Agent | null = null;
  private loading = true;

  constructor(private readonly now: () => Date) {
    this.server = createServer({
      keepAlive: true,
      requestTimeout: 0,
      headersTimeout: 0,
      keepAliveTimeout: 120_000,
      maxHeaderSize: 131_072,
    });
    this.server.on('request', (incoming, outgoing) => void this.forward(incoming, outgoing));
    this.server.on('connect', (incoming, client, head) => void this.tunnel(incoming, client, head));
    this.server.on('upgrade', (_incoming, client) => client.destroy());
    this.server.on('connection', (socket) => this.hold(socket));
    this.server.on('clientError', (_error, socket) => socket.destroy());
  }

  /** Listens on a free loopback port, or on a listening handle made inside the browser's network namespace. */
  async listen(handle?: NetServer): Promise<number> {
    await new Promise<void>((done, failed) => {
      this.server.once('error', failed);
      if (handle) this.server.listen(handle, done);
      else this.server.listen(0, '127.0.0.1', done);
    });
    const address = this.server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  open(rules: EgressRules, wire: WireRecord): EgressResolver {
    this.rules = rules;
    this.wire = wire;
    this.resolver = new EgressResolver(rules, this.now);
    this.agent = new Agent({ keepAlive: true });
    this.agent.createConnection = (options, created) => {
      const dialled = this.dial({ address: String(options.host), port: Number(options.port) });
      dialled.then(
        (socket) => created?.(null, socket),
        (error: Error) => created?.(error, undefined as never),
      );
      return undefined;
    };
    return this.resolver;
  }

  /** No new bytes from now on, what is under way is cut; records stay. */
  stopLoading(): void {
    this.loading = false;
    for (const exchange of this.exchanges) if (exchange.outcome === 'open') this.finish(exchange, 'limited', 'loadingStopped');
    for (const socket of this.sockets) if (towardsSites.has(socket)) socket.destroy();
  }

  async close(): Promise<void> {
    this.loading = false;
    this.agent?.destroy();
    const closed = new Promise<void>((done) => this.server.close(() => done()));
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  /** True when such a request went out and none like it is still under way. */
  hasFinished(method: string, url: string): boolean {
    const same = this.exchanges.filter((exchange) => exchange.method === method && exchange.url === url);
    return same.length > 0 && same.every(({ outcome }) => outcome !== 'open');
  }

  private hold(socket: Duplex): void {
    this.sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => this.sockets.delete(socket));
  }

  private refuse(outgoing: ServerResponse, exchange: WireExchange, outcome: 'blocked' | 'failed', reason: string): void {
    this.finish(exchange, outcome, reason);
    if (outgoing.headersSent || outgoing.destroyed) return void outgoing.destroy();
    outgoing.sendDate = false;
    outgoing.writeHead(outcome === 'blocked' ? 403 : 502, {
      [REFUSAL_HEADER]: `${this.secret} ${exchange.id}`,
      'content-length': '0',
    });
    outgoing.end();
  }

  private finish(exchange: WireExchange, outcome: WireExchange['outcome'], reason = ''): void {
    if (exchange.outcome !== 'open') return;
    exchange.outcome = outcome;
    exchange.reason = reason;
    exchange.finishedAt = this.now();
  }

  private count(bytes: number): boolean {
    this.receivedBytes += bytes;
    if (!this.rules || this.receivedBytes <= this.rules.totalBytes) return true;
    this.onTotalBytes?.();
    this.onTotalBytes = null;
    return false;
  }

  private async forward(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const exchange: WireExchange = {
      id: this.exchanges.length + 1,
      method: incoming.method ?? 'GET',
      url: incoming.url ?? '',
      requestHeaders: towardsSite(pairs(incoming.rawHeaders)),
      requestBody: null,
      status: 0,
      statusText: '',
      protocol: '',
      responseHeaders: [],
      body: [],
      encodedBytes: 0,
      ip: '',
      port: 0,
      connection: 0,
      outcome: 'open',
      reason: '',
      startedAt: this.now(),
      finishedAt: null,
    };
    if (!this.rules || !this.resolver || !this.agent) return this.refuse(outgoing, exchange, 'blocked', 'egressClosed');
    this.exchanges.push(exchange);
    if (!this.loading) return this.refuse(outgoing, exchange, 'blocked', 'loadingStopped');
    let url: URL;
    try {
      url = new URL(exchange.url);
    } catch {
      return this.refuse(outgoing, exchange, 'blocked', 'addressMalformed');
    }
    if (url.protocol !== 'http:') return this.refuse(outgoing, exchange, 'blocked', 'schemeNotHttp');
    const resolution = await this.resolver.resolve(url.hostname, Number(url.port) || 80);
    if ('refused' in resolution) return this.refuse(outgoing, exchange, 'blocked', resolution.refused);
    if ('failed' in resolution) return this.refuse(outgoing, exchange, 'failed', resolution.failed);
    exchange.ip = resolution.target.address;
    exchange.port = resolution.target.port;
    this.send(incoming, outgoing, exchange, url, resolution.target);
  }

  private send(incoming: IncomingMessage, outgoing: ServerResponse, exchange: WireExchange, url: URL, target: Target): void {
    const up: ClientRequest = request({
      agent: this.agent as Agent,
      host: target.address,
      port: target.port,
      method: exchange.method,
      path: `${url.pathname}${url.search}`,
      headers: exchange.requestHeaders.flat(),
      setHost: false,
      // A site that bends the grammar is shown by every browser; what it sent is kept as it came.
      insecureHTTPParser: true,
      maxHeaderSize: 131_072,
    });
    const sent: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => sent.push(chunk));
    incoming.on('end', () => (exchange.requestBody = sent.length > 0 ? Buffer.concat(sent) : null));
    incoming.pipe(up);
    up.on('socket', (socket) => (exchange.connection = towardsSites.get(socket) ?? 0));
    up.on('error', (error: NodeJS.ErrnoException) => this.refuse(outgoing, exchange, 'failed', error.code ?? 'connectionLost'));
    up.on('response', (answer) => this.answer(answer, outgoing, exchange, up));
    outgoing.on('close', () => {
      if (exchange.outcome === 'open') this.finish(exchange, 'failed', 'closedByBrowser');
      if (!up.destroyed && !outgoing.writableFinished) up.destroy();
    });
  }

  private answer(answer: IncomingMessage, outgoing: ServerResponse, exchange: WireExchange, up: ClientRequest): void {
    exchange.status = answer.statusCode ?? 0;
    exchange.statusText = answer.statusMessage ?? '';
    exchange.protocol = `http/${answer.httpVersion}`;
    exchange.responseHeaders = pairs(answer.rawHeaders);
    if (outgoing.destroyed || outgoing.headersSent) return void up.destroy();
    outgoing.sendDate = false;
    const headers = exchange.responseHeaders.filter(([name]) => !HOP_BY_HOP.has(name.toLowerCase()));
    try {
      outgoing.writeHead(exchange.status, exchange.statusText, headers.flat() as never);
      outgoing.flushHeaders();
    } catch {
      up.destroy();
      return this.refuse(outgoing, exchange, 'failed', 'answerNotHttp');
    }
    answer.on('data', (chunk: Buffer) => {
      exchange.encodedBytes += chunk.length;
      const within = exchange.encodedBytes <= (this.rules?.bodyBytes ?? 0);
      if (within && this.count(chunk.length)) {
        exchange.body.push(chunk);
        if (!outgoing.write(chunk)) {
          answer.pause();
          outgoing.once('drain', () => answer.resume());
        }
        return;
      }
      this.finish(exchange, 'limited', within ? 'totalBytes' : 'bodyBytes');
      up.destroy();
      outgoing.destroy();
    });
    answer.on('end', () => {
      this.finish(exchange, 'ok');
      outgoing.end();
    });
    answer.on('aborted', () => {
      this.finish(exchange, 'failed', 'connectionLost');
      outgoing.destroy();
    });
    answer.on('error', () => outgoing.destroy());
  }

  /** A tapped connection to an address that was checked; nothing else in this class opens one. */
  private async dial(target: Target): Promise<Socket> {
    const { vantage } = this.rules as EgressRules;
    const opened = await openFrom(vantage, target, (socket) => {
      towardsSites.set(socket, (this.connections += 1));
      this.hold(socket);
    });
    tap(opened, (this.wire as WireRecord).follow(opened.socket, target));
    return opened.socket;
  }

  private async tunnel(incoming: IncomingMessage, client: Duplex, head: Buffer): Promise<void> {
    this.hold(client);
    const [, host = '', portText = ''] = /^(.*):(\d+)$/.exec(incoming.url ?? '') ?? [];
    const tunnel: Tunnel = {
      id: this.tunnels.length + 1,
      host: host.replace(/^\[|\]$/g, ''),
      port: Number(portText),
      ip: '',
      outcome: 'open',
      reason: '',
      startedAt: this.now(),
      sentBytes: 0,
      receivedBytes: 0,
    };
    const end = (outcome: 'blocked' | 'failed', reason: string) => {
      tunnel.outcome = outcome;
      tunnel.reason = reason;
      client.end(
        `HTTP/1.1 ${outcome === 'blocked' ? '403 Refused' : '502 Unreachable'}\r\n${REFUSAL_HEADER}: ${this.secret}\r\ncontent-length: 0\r\n\r\n`,
      );
    };
    if (!this.rules || !this.resolver) return end('blocked', 'egressClosed');
    this.tunnels.push(tunnel);
    if (!this.loading) return end('blocked', 'loadingStopped');
    const resolution = await this.resolver.resolve(host, tunnel.port);
    if ('refused' in resolution) return end('blocked', resolution.refused);
    if ('failed' in resolution) return end('failed', resolution.failed);
    tunnel.ip = resolution.target.address;
    const site = await this.dial(resolution.target).catch((error: NodeJS.ErrnoException) =>
      end('failed', error.code ?? 'connectionLost'),
    );
    if (!site) return;
    client.write('HTTP/1.1 200 Connection established\r\n\r\n');
    if (head.length > 0) site.write(head);
    this.join(client, site, tunnel);
  }

  private join(client: Duplex, site: Socket, tunnel: Tunnel): void {
    client.on('data', (chunk: Buffer) => (tunnel.sentBytes += chunk.length));
    site.on('data', (chunk: Buffer) => {
      tunnel.receivedBytes += chunk.length;
      if (!this.count(chunk.length)) site.destroy();
    });
    client.pipe(site);
    site.pipe(client);
    site.once('close', () => {
      if (tunnel.outcome === 'open') tunnel.outcome = 'ok';
      client.destroy();
    });
    client.once('close', () => site.destroy());
  }
}

/** Number of each connection towards a site; a socket that is not here belongs to the browser's side. */
const towardsSites = new WeakMap<Duplex, number>();

/** From here on: what was said to an upstream before is not of the site, and may hold a password. */
function tap({ socket, head }: Opened, stream: WireStream): void {
  const write = socket.write.bind(socket);
  // The one place where both directions pass: `data` for what comes, `write` for what goes.
  socket.write = ((chunk: string | Uint8Array, ...rest: unknown[]) => {
    const bytes =
      typeof chunk === 'string'
        ? Buffer.from(chunk, (typeof rest[0] === 'string' ? rest[0] : 'utf8') as BufferEncoding)
        : Buffer.from(chunk);
    stream.outgoing(bytes);
    return (write as (...args: unknown[]) => boolean)(chunk, ...rest);
  }) as typeof socket.write;
  const push = socket.push.bind(socket);
  socket.push = ((chunk: Buffer | null, encoding?: BufferEncoding) => {
    if (chunk) stream.incoming(chunk);
    return push(chunk, encoding);
  }) as typeof socket.push;
  if (head.length > 0) {
    stream.incoming(head);
    socket.unshift(head);
  }
  socket.once('close', () => stream.end());
}

function pairs(raw: readonly string[]): RawHeaders {
  const out: RawHeaders = [];
  for (let at = 0; at + 1 < raw.length; at += 2) out.push([raw[at] as string, raw[at + 1] as string]);
  return out;
}

/** What an ordinary browser without a proxy would have sent: only the name of the connection header differs. */
function towardsSite(headers: RawHeaders): RawHeaders {
  return headers.map(([name, value]) => (name.toLowerCase() === 'proxy-connection' ? ['Connection', value] : [name, value]));
}
