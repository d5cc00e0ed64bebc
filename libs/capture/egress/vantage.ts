import { request } from 'node:http';
import { connect, isIP, type Socket } from 'node:net';

/** Of the agency's own: an HTTP proxy in another network, which takes CONNECT. */
export interface Upstream {
  host: string;
  port: number;
  /** Of `Proxy-Authorization`; in no record and no log. */
  authorization: string | null;
}

/** Where the egress looks from. */
export interface Vantage {
  name: string;
  /** Null for this machine's own way out. */
  upstream: Upstream | null;
}

const NAME = /^[a-z][a-z0-9-]{0,31}$/;
const FORM = 'CAPTURE_UPSTREAMS must be of the form name=http://[user:password@]host:port';
const CONNECT_TIMEOUT_MS = 15_000;

/**
 * The vantage points of `CAPTURE_VANTAGES`, the first of which is this machine's own way out; each further one has its line in
 * `CAPTURE_UPSTREAMS`. Throws what is wrong without repeating a line, for it may hold a password.
 */
export function vantagesOf({
  CAPTURE_VANTAGES: names,
  CAPTURE_UPSTREAMS: lines,
}: {
  CAPTURE_VANTAGES: readonly string[];
  CAPTURE_UPSTREAMS: readonly string[];
}): [Vantage, ...Vantage[]] {
  const [own, ...further] = names;
  if (own === undefined || new Set(names).size < names.length || !names.every((name) => NAME.test(name)))
    throw new TypeError('CAPTURE_VANTAGES must be different names of a-z, 0-9 and -, the first for the own way out');
  const upstreams = new Map(lines.map(upstreamOf));
  const astray = [...upstreams.keys()].find((name) => !further.includes(name)) ?? further.find((name) => !upstreams.has(name));
  if (astray !== undefined || upstreams.size < lines.length)
    throw new TypeError(
      `each name of CAPTURE_VANTAGES but the first must have one line in CAPTURE_UPSTREAMS, and no other: ${astray ?? 'twice'}`,
    );
  return [{ name: own, upstream: null }, ...further.map((name) => ({ name, upstream: upstreams.get(name)! }))];
}

function upstreamOf(line: string): [string, Upstream] {
  const at = line.indexOf('=');
  const [name, address] = [line.slice(0, at), line.slice(at + 1)];
  if (at < 1 || !NAME.test(name) || !URL.canParse(address)) throw new TypeError(FORM);
  const { protocol, hostname, port, username, password, pathname, search, hash } = new URL(address);
  if (protocol !== 'http:' || pathname !== '/' || search || hash) throw new TypeError(FORM);
  const secret = username || password ? `${decodeURIComponent(username)}:${decodeURIComponent(password)}` : null;
  const authorization = secret === null ? null : `Basic ${Buffer.from(secret).toString('base64')}`;
  return [name, { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) || 80, authorization }];
}

export interface Opened {
  socket: Socket;
  /** What came behind the upstream's answer already. */
  head: Buffer;
}

/**
 * A connection to an address that was checked, from a vantage point. An upstream is asked for that address and never for a name, so nothing is
 * resolved a second time; its own address is under no rule, because the agency configured it. Rejects with an error whose `code` is the
 * reason: the vantage point's by its name, unless the upstream itself says that it was the site. `begun` hears of the socket at once.
 */
export function openFrom(
  { name, upstream }: Vantage,
  target: { address: string; port: number },
  begun: (socket: Socket) => void = () => undefined,
): Promise<Opened> {
  return upstream ? through(name, upstream, target, begun) : direct(target, begun);
}

function direct({ address, port }: { address: string; port: number }, begun: (socket: Socket) => void): Promise<Opened> {
  return new Promise((done, failed) => {
    const socket = connect({ host: address, port, noDelay: true });
    begun(socket);
    socket.setTimeout(CONNECT_TIMEOUT_MS, () => socket.destroy(fault('ETIMEDOUT')));
    socket.once('error', failed);
    socket.once('connect', () => {
      socket.setTimeout(0);
      socket.off('error', failed);
      done({ socket, head: Buffer.alloc(0) });
    });
    socket.once('close', () => failed(fault('connectionLost')));
  });
}

function through(
  name: string,
  { host, port, authorization }: Upstream,
  target: { address: string; port: number },
  begun: (socket: Socket) => void,
): Promise<Opened> {
  const place = `${isIP(target.address) === 6 ? `[${target.address}]` : target.address}:${target.port}`;
  return new Promise((done, failed) => {
    const asked = request({
      host,
      port,
      method: 'CONNECT',
      path: place,
      headers: { Host: place, ...(authorization !== null && { 'Proxy-Authorization': authorization }) },
      agent: false,
      timeout: CONNECT_TIMEOUT_MS,
    });
    asked.on('socket', begun);
    asked.on('timeout', () => asked.destroy(fault('ETIMEDOUT')));
    asked.on('error', ({ code }: NodeJS.ErrnoException) => failed(fault(`vantage ${name}: ${code ?? 'connectionLost'}`)));
    asked.on('close', () => failed(fault(`vantage ${name}: connectionLost`)));
    asked.on('connect', (answer, socket: Socket, head) => {
      socket.setTimeout(0);
      socket.setNoDelay(true);
      if (answer.statusCode === 200) return done({ socket, head });
      socket.destroy();
      failed(fault(ofSite(answer.headers['proxy-status']) ?? `vantage ${name}: CONNECT ${answer.statusCode}`));
    });
    asked.end();
  });
}

const OF_SITE: Record<string, string> = { connection_refused: 'ECONNREFUSED', connection_timeout: 'ETIMEDOUT' };

/** What an upstream that speaks RFC 9209 says of the site; of any other nobody can know whether the site or the way to it failed. */
function ofSite(status: string | string[] | undefined): string | null {
  const [, error = ''] = /\berror=([a-z_]+)/.exec([status].flat().join(', ')) ?? [];
  return OF_SITE[error] ?? null;
}

const fault = (reason: string) => Object.assign(new Error(reason), { code: reason });
