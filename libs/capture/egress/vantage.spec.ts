import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { FixtureUpstream, OTHER_NETWORK } from '../testing/fixture-upstream';
import { openFrom, vantagesOf, type Vantage } from './vantage';

describe('settings', () => {
  const read = (names: string[], lines: string[] = []) => vantagesOf({ CAPTURE_VANTAGES: names, CAPTURE_UPSTREAMS: lines });

  it('the first is the own way out, each further one has its upstream', () => {
    expect(read(['main'])).toEqual([{ name: 'main', upstream: null }]);
    const lines = ['far=http://[2001:db8::1]:8080', 'mobile-net=http://u%2C:p%40%3A@proxy.internal:3128'];
    expect(read(['own', 'mobile-net', 'far'], lines)).toEqual([
      { name: 'own', upstream: null },
      {
        name: 'mobile-net',
        upstream: {
          host: 'proxy.internal',
          port: 3128,
          authorization: `Basic ${Buffer.from('u,:p@:').toString('base64')}`,
        },
      },
      { name: 'far', upstream: { host: '2001:db8::1', port: 8080, authorization: null } },
    ]);
  });

  it.each<[string, string[], string[]]>([
    ['no name at all', [], []],
    ['a name twice', ['main', 'main'], []],
    ['a name that is none', ['Main point'], []],
    ['a further one without an upstream', ['main', 'far'], []],
    ['an upstream for the own way out', ['main'], ['main=http://u:hunter2@proxy:1']],
    ['an upstream that nobody named', ['main'], ['far=http://u:hunter2@proxy:1']],
    ['two for one', ['main', 'far'], ['far=http://u:hunter2@proxy:1', 'far=http://u:hunter2@proxy:2']],
    ['one that is no address', ['main', 'far'], ['far=u:hunter2@proxy']],
    ['one without a name', ['main', 'far'], ['http://u:hunter2@proxy:1']],
    ['another protocol', ['main', 'far'], ['far=socks5://u:hunter2@proxy:1']],
    ['an address with a path', ['main', 'far'], ['far=http://u:hunter2@proxy:1/way']],
  ])('refuses %s, without telling a password', (_what, names, lines) => {
    expect(() => read(names, lines)).toThrow(TypeError);
    expect(() => read(names, lines)).not.toThrow(/hunter2/);
  });
});

describe('a connection behind an upstream', () => {
  const upstream = new FixtureUpstream();
  let site: Server;
  let from: string[] = [];
  const port = () => (site.address() as AddressInfo).port;
  const vantage = (at: number): Vantage =>
    vantagesOf({ CAPTURE_VANTAGES: ['main', 'far'], CAPTURE_UPSTREAMS: [`far=http://officer:hunter2@127.0.0.1:${at}`] })[1]!;

  beforeAll(async () => {
    await upstream.start();
    site = createServer((socket) => {
      from.push(socket.remoteAddress ?? '');
      socket.on('error', () => undefined);
      socket.end('greeting');
    });
    site.listen(0, '127.0.0.1');
    await once(site, 'listening');
  });
  afterAll(async () => {
    await upstream.stop();
    site.close();
  });
  beforeEach(() => {
    from = [];
    upstream.asked.length = 0;
    upstream.answers = null;
  });

  const allOf = async ({ socket, head }: { socket: Socket; head: Buffer }) => {
    const chunks = [head];
    for await (const chunk of socket) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks).toString();
  };

  it('asks for the checked address, shows its credentials to the upstream, and hands on every byte of the site', async () => {
    const begun: Socket[] = [];
    const opened = await openFrom(vantage(upstream.port), { address: '127.0.0.1', port: port() }, (one) => begun.push(one));
    expect(begun).toEqual([opened.socket]);
    expect(await allOf(opened)).toBe('greeting');
    expect(from).toEqual([OTHER_NETWORK]);
    const authorization = `Basic ${Buffer.from('officer:hunter2').toString('base64')}`;
    expect(upstream.asked).toEqual([{ target: `127.0.0.1:${port()}`, authorization }]);
  });

  it('keeps what the site said together with the answer of the upstream', async () => {
    upstream.answers = 'HTTP/1.1 200 Connection established\r\n\r\nearly';
    expect(await allOf(await openFrom(vantage(upstream.port), { address: '192.0.2.1', port: 80 }))).toBe('early');
  });

  it('writes an address of version 6 in brackets', async () => {
    upstream.answers = 'HTTP/1.1 200 OK\r\n\r\n';
    await openFrom(vantage(upstream.port), { address: '2001:db8::7', port: 443 });
    expect(upstream.asked[0]?.target).toBe('[2001:db8::7]:443');
  });

  it.each([
    ['refuses the credentials', 'HTTP/1.1 407 Proxy Authentication Required\r\n\r\n', 'vantage far: CONNECT 407'],
    ['does not say who failed', 'HTTP/1.1 502 Bad Gateway\r\n\r\n', 'vantage far: CONNECT 502'],
    ['blames itself', 'HTTP/1.1 502 No\r\nProxy-Status: p; error=proxy_internal_error\r\n\r\n', 'vantage far: CONNECT 502'],
    ['says that the site refused', 'HTTP/1.1 502 No\r\nProxy-Status: p; error=connection_refused\r\n\r\n', 'ECONNREFUSED'],
    ['says that the site was silent', 'HTTP/1.1 504 No\r\nProxy-Status: p; error=connection_timeout\r\n\r\n', 'ETIMEDOUT'],
    ['hangs up', '', 'vantage far: ECONNRESET'],
    ['speaks something else', 'SSH-2.0-proxy\r\n', 'vantage far: HPE_INVALID_CONSTANT'],
  ])('an upstream that %s', async (_what, answers, code) => {
    upstream.answers = answers;
    await expect(openFrom(vantage(upstream.port), { address: '192.0.2.1', port: 80 })).rejects.toMatchObject({ code });
  });

  it('an upstream that is away is not the site', async () => {
    const gone = await new FixtureUpstream().start();
    const at = gone.port;
    await gone.stop();
    await expect(openFrom(vantage(at), { address: '127.0.0.1', port: port() })).rejects.toMatchObject({
      code: 'vantage far: ECONNREFUSED',
      message: expect.not.stringContaining('hunter2'),
    });
    expect(from).toEqual([]);
  });
});
