import { spawn } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { type BrowserNetwork, type DirectTry, makeBrowserNetwork } from '../chromium/namespace';
import { presentation } from './presentation';
import { onlyOurEgress, wayOut } from './ways-out';

const own = readlinkSync('/proc/self/ns/net');
const isolation = (namespace: 'on' | 'off') => ({
  uid: 65_533,
  sandbox: 'on' as const,
  sandboxReason: '',
  namespace,
  namespaceReason: namespace === 'on' ? '' : 'not started as root',
  limits: '',
});
const calls = (inside: string): DirectTry['calls'] => [{ target: '127.0.0.1:4000', inside, outside: 'reached' }];
const asked = (changes: object) =>
  onlyOurEgress(
    {
      isolation: isolation('on'),
      flags: ['--proxy-server=http://127.0.0.1:3128'],
      pid: process.pid,
      direct: { space: own, calls: calls('ECONNREFUSED') },
      ...changes,
    },
    {},
  );

describe('E05 says what was seen, and nothing else', () => {
  it('without a namespace: a warning, in whose network the browser is', () => {
    const found = asked({ isolation: isolation('off'), direct: null });
    expect(found).toMatchObject({
      result: 'warn',
      observed: expect.stringContaining('not started as root; the browser is in ours'),
    });
  });

  it('a browser that is in our namespace though it should not be: failed', () =>
    expect(asked({})).toMatchObject({ result: 'fail', observed: expect.stringContaining(`browser in ${own}`) }));

  it('a namespace from which a listener of ours was reached: failed', () =>
    expect(asked({ direct: { space: own, calls: calls('reached') } })).toMatchObject({
      result: 'fail',
      observed: expect.stringContaining('127.0.0.1:4000 reached'),
    }));

  it('nothing could be called: not applicable, with the reason, and no pass', () => {
    expect(asked({ direct: { space: own, calls: [] } })).toMatchObject({
      result: 'na',
      observed: expect.stringContaining('nothing could be called'),
    });
    expect(asked({ direct: null }).result).toBe('na');
  });

  it('a browser that has ended reaches nothing any more, and E16 finds that unchanged', () => {
    const ended = asked({ pid: 4_194_300, direct: { space: 'net:[7]', calls: calls('ECONNREFUSED') } });
    expect(ended).toMatchObject({ result: 'pass', observed: expect.stringContaining('have ended') });
    expect(asked({ pid: 4_194_300, direct: { space: 'net:[7]', calls: calls('reached') } }).result).not.toBe('pass');
  });
});

describe('in a real namespace', () => {
  let network: BrowserNetwork | { refused: string };
  const opened: { kill(): unknown }[] = [];
  beforeAll(async () => void (network = await makeBrowserNetwork()));
  afterAll(() => {
    for (const one of opened) one.kill();
    if ('refused' in network) return;
    network.listener.close();
    network.release();
  });

  /** A process in the namespace, as the browser is one. */
  const inside = async (path: string) => {
    const child = spawn('nsenter', [`--net=${path}`, 'sleep', '60'], { stdio: 'ignore' });
    opened.push(child);
    const limit = Date.now() + 30_000;
    while (Date.now() < limit && readFileSync(`/proc/${child.pid}/comm`, 'utf8').trim() !== 'sleep')
      await new Promise((next) => setTimeout(next, 20));
    return child.pid!;
  };

  it('the way round our listener was tried, from inside and from outside, and is told as it went', async () => {
    if ('refused' in network) return console.warn(`skipped: no network namespace here (${network.refused})`);
    const { direct } = network;
    expect(direct.calls.length).toBeGreaterThan(0);
    for (const { inside: answer, outside } of direct.calls)
      expect([answer, outside]).toEqual([expect.stringMatching(/^E|no answer/), 'reached']);
    expect(direct.space).not.toBe(own);
    const { port } = network.listener.address() as { port: number };
    const pid = await inside(network.path);
    const flags = [`--proxy-server=http://127.0.0.1:${port}`];
    const found = asked({ direct, pid, flags });
    expect(found.observed).toMatch(/called from inside net:\[\d+\]: 127\.0\.0\.1:\d+ ECONNREFUSED \(from outside: reached\)/);
    expect(found.observed).toContain(
      `0 of its processes in ours; devices there: lo; routes: 0; our egress listens there at ${port}: yes`,
    );
    expect(found).toMatchObject({ result: 'pass', sha256: expect.any(String) });
    // Another namespace than the one that was tried says nothing of this one.
    expect(asked({ direct: { ...direct, space: 'net:[1]' }, pid, flags }).result).toBe('fail');
    expect(asked({ direct, pid, flags: ['--proxy-server=http://127.0.0.1:9'] })).toMatchObject({
      result: 'warn',
      observed: expect.stringContaining('at 9: no'),
    });
  });
});

it('E08 tells interfaces, routes and the address that connections leave from; without a way out it is not applicable', async () => {
  const found = await wayOut({ name: 'main', upstream: null });
  for (const name of Object.keys(networkInterfaces())) expect(found.observed).toContain(name);
  const routes = readFileSync('/proc/net/route', 'utf8').trim().split('\n').length - 1;
  expect(found.observed).toContain(`${routes} routes`);
  const leaves = /connections leave from (\S+)/.exec(found.observed)![1]!;
  expect(found.result).toBe(leaves === 'nowhere' ? 'na' : 'pass');
  const all = Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address));
  if (leaves !== 'nowhere') expect(all).toContain(leaves);
  expect(found.observed).toContain('vantage main: the own way out');
  // Where the upstream is and how it is asked is nobody's business but the agency's.
  const upstream = { host: 'proxy.internal', port: 3128, authorization: 'Basic c2VjcmV0' };
  const { observed } = await wayOut({ name: 'mobile-net', upstream });
  expect(observed).toContain('vantage mobile-net: to an upstream of the agency');
  expect(observed).not.toMatch(/proxy\.internal|3128|c2VjcmV0/);
});

describe('E14 is what the browser says of itself', () => {
  const played = (seen: object | null, fonts: string[]) => ({
    program: { label: 'Chromium 1' },
    userAgent: 'Agent',
    page: {
      send: async (method: string) => {
        if (method === 'Page.getFrameTree') return { frameTree: { frame: { id: 'f' } } };
        if (method === 'Page.createIsolatedWorld') return { executionContextId: 7 };
        if (method === 'DOM.getDocument') return { root: { nodeId: 1 } };
        if (method === 'DOM.querySelector') return { nodeId: 2 };
        if (method === 'CSS.getPlatformFontsForNode') return { fonts: fonts.map((familyName) => ({ familyName })) };
        if (method === 'Runtime.evaluate' && seen === null) throw new Error('Target closed');
        return { result: { value: seen } };
      },
    },
  });
  const seen = { languages: ['zh-CN', 'zh'], locale: 'zh-CN', timezone: 'Asia/Shanghai', screen: '1366×900 ×1' };
  const wanted = { locale: 'zh-CN', timezone: 'Asia/Shanghai' };

  it.each([
    ['as configured', seen, ['Noto Sans CJK SC'], 'pass'],
    ['another zone', { ...seen, timezone: 'UTC' }, ['Noto Sans CJK SC'], 'warn'],
    ['another language', { ...seen, languages: ['en-US'] }, ['Noto Sans CJK SC'], 'warn'],
    ['no font said', seen, [], 'warn'],
    ['a browser that does not answer', null, [], 'na'],
  ] as const)('%s', async (_name, told, fonts, result) => {
    const found = await presentation(played(told, [...fonts]) as never, wanted);
    expect(found.result).toBe(result);
    if (told)
      expect(found.observed).toContain(`zone ${told.timezone}; screen 1366×900 ×1; fonts ${fonts.join(', ') || 'not said'}`);
  });
});
