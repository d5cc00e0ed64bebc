import { type IncomingMessage, type RequestListener, type Server, type ServerResponse, createServer } from 'node:http';
import { type Server as SecureServer, createServer as createSecure } from 'node:https';
import { type Server as Door, type Socket, createServer as createDoor } from 'node:net';
import { createSecureContext } from 'node:tls';
import { administer } from './admin';
import { answerOf } from './answer';
import { Mailbox } from './mailbox';
import { MemberShop } from './member-shop';
import { Names } from './names';
import { html } from './pages/html';
import { inboxPage, mailPage } from './pages/inbox-page';
import { framed } from './pages/notice-page';
import { spring } from './traps';
import { World } from './world';

const MAX_BODY = 1 << 20;

/**
 * The outside world of tests and of the demonstration: one HTTP and HTTPS server that answers for many host names, a name server,
 * and a mail catcher that is also the operator's inbox. Listens on loopback only.
 */
export class Internet {
  readonly world = new World();
  readonly mailbox = new Mailbox();
  /** The shop behind a login, at member.test. */
  readonly members = new MemberShop();
  private readonly names = new Names(this.world);
  private readonly answers: RequestListener = (request, response) => {
    this.serve(request, response).catch((fault: unknown) => {
      if (!response.headersSent) response.writeHead(500);
      response.end(String(fault));
    });
  };
  private readonly http: Server = createServer(this.answers);
  /** Shows each host the chain that was put there for it; a host without one gets no handshake. */
  private readonly https: SecureServer = createSecure(
    {
      SNICallback: (name, done) => {
        const chain = this.world.certificates.get(name);
        if (chain) done(null, createSecureContext(chain));
        else done(new Error(`no certificate for ${name}`));
      },
    },
    this.answers,
  );
  /** One port for both: a handshake begins with byte 22, which no request does. */
  private readonly door: Door = createDoor((socket) => {
    this.visitors.add(socket);
    socket.once('close', () => this.visitors.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.once('data', (first: Buffer) => {
      socket.pause();
      socket.unshift(first);
      (first[0] === 22 ? this.https : this.http).emit('connection', socket);
      process.nextTick(() => socket.resume());
    });
  });
  private readonly visitors = new Set<Socket>();
  ports = { http: 0, smtp: 0, dns: 0 };

  static async start(ports: { http?: number; smtp?: number; dns?: number } = {}): Promise<Internet> {
    const internet = new Internet();
    const http = await new Promise<number>((done, fail) => {
      internet.door.once('error', fail);
      internet.door.listen(ports.http ?? 0, '127.0.0.1', () => done((internet.door.address() as { port: number }).port));
    });
    internet.ports = {
      http,
      smtp: await internet.mailbox.listen(ports.smtp ?? 0),
      dns: await internet.names.listen(ports.dns ?? 0),
    };
    return internet;
  }

  get adminUrl(): string {
    return `http://127.0.0.1:${this.ports.http}/__admin`;
  }

  async close(): Promise<void> {
    for (const visitor of this.visitors) visitor.destroy();
    await Promise.all([new Promise((done) => this.door.close(done)), this.mailbox.close(), this.names.close()]);
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const local = (request.headers.host ?? '').toLowerCase().replace(/:\d+$/, '').replace(/\.$/, '');
    // <name>.localhost is loopback in every browser, so that a person can look at these sites without changing a resolver.
    const host = local.replace(/\.localhost$/, '');
    const url = new URL(request.url ?? '/', `http://${host || 'localhost'}`);
    if (host === '127.0.0.1' || host === 'localhost') return this.serveLocal(request, response, url);
    if (host === 'trap.test' && spring(url.pathname, request, response)) return;
    if (host === 'member.test') return this.members.serve(request, response, Buffer.from(await bodyOf(request), 'utf8'));
    if (host === 'operator.test') return send(response, 200, 'text/html; charset=utf-8', this.inbox(url.pathname));

    const found = this.world.at(host, url.pathname);
    if (!found) return send(response, 404, 'text/plain; charset=utf-8', 'no such site');
    const { site, base } = found;
    const answer = await answerOf(this.world, site, base, url.pathname, request.headers['user-agent'] ?? '');
    const visit = {
      at: new Date().toISOString(),
      method: request.method ?? 'GET',
      path: url.pathname + url.search,
      userAgent: request.headers['user-agent'] ?? '',
      referer: request.headers.referer ?? null,
    };
    this.world.note(site, { ...visit, status: answer === 'hangUp' ? 0 : answer.status });
    if (answer === 'hangUp') return void request.socket.destroy();
    send(response, answer.status, answer.type, request.method === 'HEAD' ? '' : answer.body, {
      ...site.headers,
      ...answer.headers,
    });
  }

  private inbox(path: string): string {
    const id = Number(/^\/mails\/(\d+)$/.exec(path)?.[1] ?? NaN);
    const mail = this.mailbox.mails.find((item) => item.id === id);
    return mail ? mailPage(mail) : inboxPage(this.mailbox.mails);
  }

  private async serveLocal(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    if (!url.pathname.startsWith('/__admin/')) return send(response, 200, 'text/html; charset=utf-8', this.siteList());
    const text = await bodyOf(request);
    const { status, body } = administer(
      this.world,
      this.mailbox,
      request.method ?? 'GET',
      url,
      text ? JSON.parse(text) : undefined,
    );
    send(response, status, 'application/json; charset=utf-8', JSON.stringify(body));
  }

  private siteList(): string {
    const address = (name: string) => name.replace(/^[^/]+/, (host) => `http://${host}.localhost:${this.ports.http}`);
    return framed(
      '演示用互联网',
      html`<table>
        <tr>
          <th>网站</th>
          <th>店铺</th>
          <th>状态</th>
        </tr>
        ${this.world.all().map(
          (site) =>
            html`<tr>
              <td><a href="${address(site.name)}">${site.name}</a></td>
              <td>${site.shop?.name ?? ''}</td>
              <td>${site.mode}</td>
            </tr>`,
        )}
      </table>`,
    );
  }
}

function send(
  response: ServerResponse,
  status: number,
  type: string,
  body: string | Buffer,
  headers: Record<string, string> = {},
): void {
  response
    .writeHead(status, {
      'content-type': type,
      'content-length': Buffer.byteLength(body),
      'cache-control': 'no-cache',
      ...headers,
    })
    .end(body);
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY) throw new Error('body too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
