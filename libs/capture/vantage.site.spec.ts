import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Check } from './environment/finding';
import {
  answer,
  CaptureHarness,
  FixtureDns,
  FixtureSite,
  FixtureUpstream,
  html,
  OTHER_NETWORK,
  redirect,
  text,
  type Captured,
  type CaptureOptions,
  type Handler,
} from './testing';

jest.setTimeout(120_000);

/** What the site tells visitors by the network they come from. */
const byNetwork: Handler = (request, response) => {
  const far = request.socket.remoteAddress === OTHER_NETWORK;
  answer(response, 200, 'text/html; charset=utf-8', `<!doctype html><title>店</title><p>${far ? '本店已停业' : '全场包邮'}</p>`);
};

const pages = { '/': byNetwork, '/plain': html('<p>对谁都一样</p>'), '/inside': redirect('http://169.254.169.254/') };
const site = new FixtureSite(pages);
const secure = new FixtureSite(pages, true);
/** Stands for everything inside: listens, and must never be spoken to. */
const inside = new FixtureSite({ '/*': text('secret') });
const upstream = new FixtureUpstream();
const harness = new CaptureHarness();

beforeAll(async () => void (await Promise.all([site, secure, inside, upstream].map((each) => each.start()))));
afterAll(async () => {
  await Promise.all([site, secure, inside, upstream].map((each) => each.stop()));
  harness.cleanUp();
});
beforeEach(() => {
  for (const each of [site, secure, inside]) each.log.length = 0;
  upstream.asked.length = 0;
  upstream.answers = null;
});

const CREDENTIALS = 'officer:hunter2';

/** From the vantage point `mobile-net`, or the one that the order names. */
function captureFar(url: string, { config, order, ...options }: CaptureOptions = {}, port = upstream.port): Promise<Captured> {
  return harness.capture(url, {
    allow: [`127.0.0.1/32:${site.port}`, `127.0.0.1/32:${secure.port}`],
    vantage: 'mobile-net',
    ...options,
    ...(order && { order }),
    config: {
      CAPTURE_VANTAGES: ['main', 'mobile-net'],
      CAPTURE_UPSTREAMS: [`mobile-net=http://${CREDENTIALS}@127.0.0.1:${port}`],
      EGRESS_HOSTS: [`shop.test=127.0.0.1:${site.port}`],
      ...config,
    },
  });
}

const exitOf = (captured: Captured) =>
  (JSON.parse(captured.text('record/environment.json')) as { before: Check[] }).before.find(({ id }) => id === 'E08')?.observed;

/** Every file of the package, the pcap among them. */
const allBytes = ({ folder }: Captured) =>
  Buffer.concat(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name))),
  );

describe('a second vantage point', () => {
  it('sees what its own network is shown, and the package says from where it was seen', async () => {
    const [near, far] = [await captureFar('http://shop.test/', { vantage: 'main' }), await captureFar('http://shop.test/')];
    expect([near.result.outcome, far.result.outcome]).toEqual(['complete', 'complete']);
    expect(near.text('content/text.txt')).toContain('全场包邮');
    expect(far.text('content/text.txt')).toContain('本店已停业');
    expect(exitOf(near)).toContain('vantage main: the own way out');
    expect(exitOf(far)).toContain('vantage mobile-net: to an upstream of the agency, and from there');
    expect(JSON.parse(far.text('record/request.json'))).toMatchObject({ vantage: 'mobile-net' });
    // The checked address is what was asked for, and what is on record; the name was resolved here.
    expect(new Set(upstream.asked.map(({ target }) => target))).toEqual(new Set([`127.0.0.1:${site.port}`]));
    expect(far.lines('record/exchanges.jsonl')).toContainEqual(expect.objectContaining({ ip: '127.0.0.1', port: site.port }));
    expect(far.lines('record/dns.jsonl')).toContainEqual(expect.objectContaining({ name: 'shop.test', chosen: '127.0.0.1' }));
  });

  it('keeps the raw bytes of the site and none of what was said to the upstream; its credentials are in no file', async () => {
    for (const url of [site.url('/plain'), secure.url('/plain')]) {
      const captured = await captureFar(url);
      expect(captured.result.outcome).toBe('complete');
      const wire = captured.read('wire/capture.pcap');
      expect(wire.includes('CONNECT ')).toBe(false);
      // Where the first packet goes, behind the heads of file and packet: to the site, and not to the upstream.
      const packet = wire.subarray(24 + 16);
      expect(packet.subarray(16, 20).join('.')).toBe('127.0.0.1');
      expect(packet.readUInt16BE(22)).toBe(Number(new URL(url).port));
      const all = allBytes(captured);
      for (const secret of ['hunter2', Buffer.from(CREDENTIALS).toString('base64'), 'proxy-authorization'])
        expect(all.includes(secret)).toBe(false);
    }
    expect(upstream.asked.every(({ authorization }) => authorization !== undefined)).toBe(true);
    expect([...site.log, ...secure.log].map(({ url }) => url).filter((url) => url === '/plain')).toHaveLength(2);
  });

  it('F23: the rules for addresses hold behind an upstream: a name that resolves inside, a redirect, a picture are refused before it is asked', async () => {
    const dns = await new FixtureDns({ 'inside.example': () => ['10.1.2.3'] }).start();
    try {
      const config = { DNS_SERVERS: [dns.address] };
      const named = await captureFar('http://inside.example/', { config });
      expect(named.result).toMatchObject({ outcome: 'refused', reason: 'address.private' });
      const number = await captureFar(inside.url('/'), { config });
      expect(number.result).toMatchObject({ outcome: 'refused', reason: 'address.loopback' });
      expect(upstream.asked).toEqual([]);
      const moved = await captureFar(site.url('/inside'), { config });
      expect(moved.result).toMatchObject({ outcome: 'refused', reason: 'address.linkLocal' });
      expect(new Set(upstream.asked.map(({ target }) => target))).toEqual(new Set([`127.0.0.1:${site.port}`]));
      expect(inside.log).toEqual([]);
    } finally {
      dns.stop();
    }
  });

  it('that is away or shuts its door is told by its name and never as a fault of the site', async () => {
    const gone = await new FixtureUpstream().start();
    const { port } = gone;
    await gone.stop();
    for (const url of [site.url('/'), secure.url('/')]) {
      const away = await captureFar(url, {}, port);
      expect(away.result).toMatchObject({ outcome: 'failed', reason: 'vantage mobile-net: ECONNREFUSED' });
      expect(away.result.manifestSha256).toBeUndefined();
      upstream.answers = 'HTTP/1.1 407 Proxy Authentication Required\r\n\r\n';
      const shut = await captureFar(url);
      expect(shut.result).toMatchObject({ outcome: 'failed', reason: 'vantage mobile-net: CONNECT 407' });
      // Only an upstream that says so itself, by RFC 9209, makes it a matter of the site.
      upstream.answers = 'HTTP/1.1 502 Bad Gateway\r\nProxy-Status: p; error=connection_refused\r\n\r\n';
      const refused = await captureFar(url);
      expect(refused.result).toMatchObject({ outcome: 'failed', reason: 'ECONNREFUSED' });
    }
    expect([...site.log, ...secure.log]).toEqual([]);
  });

  it('that is not configured is refused before a name is resolved or a browser started', async () => {
    let started = false;
    const { result } = await captureFar(site.url('/'), {
      vantage: 'moon',
      onBrowser: () => {
        started = true;
      },
    });
    expect(result).toMatchObject({ outcome: 'failed', reason: 'vantage moon: not one of this capture process' });
    expect(started).toBe(false);
  });
});
