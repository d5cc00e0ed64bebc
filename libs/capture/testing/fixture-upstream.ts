import { createServer, type IncomingMessage, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';

/** As which a site sees what comes through the upstream: another address of this machine, so another network. */
export const OTHER_NETWORK = '127.0.0.2';

/** A proxy that takes CONNECT and goes on from another address; keeps what it was asked. */
export class FixtureUpstream {
  readonly asked: { target: string; authorization: string | undefined }[] = [];
  /** Where its connections go, whatever was asked for: a network in which the address is somebody else's. */
  leadsTo: number | null = null;
  /** What it answers instead of connecting. */
  answers: string | null = null;
  private readonly sockets = new Set<Socket>();
  private readonly server: Server;

  constructor() {
    this.server = createServer((_request, response) => void response.writeHead(405).end());
    this.server.on('connection', (socket: Socket) => this.hold(socket));
    this.server.on('connect', (request: IncomingMessage, client: Socket, head: Buffer) => {
      const target = request.url ?? '';
      this.asked.push({ target, authorization: request.headers['proxy-authorization'] });
      if (this.answers !== null) return void client.end(this.answers);
      const [, host = '', port = ''] = /^(.*):(\d+)$/.exec(target) ?? [];
      const site = connect({ host, port: this.leadsTo ?? Number(port), localAddress: OTHER_NETWORK });
      this.hold(site);
      site.once('error', () => client.end('HTTP/1.1 502 Bad Gateway\r\n\r\n'));
      site.once('connect', () => {
        client.write('HTTP/1.1 200 Connection established\r\n\r\n');
        site.write(head);
        site.pipe(client).pipe(site);
      });
      site.once('close', () => client.destroy());
      client.once('close', () => site.destroy());
    });
  }

  async start(): Promise<this> {
    await new Promise<void>((done) => this.server.listen(0, '127.0.0.1', done));
    return this;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    const closed = new Promise((done) => this.server.close(done));
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  private hold(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => this.sockets.delete(socket));
  }
}
