import { execFileSync } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createServer as secureServer, rootCertificates } from 'node:tls';
import type { AddressInfo } from 'node:net';
import { parseAllowedNet } from '../domain/address';
import { confine } from '../chromium/confine';
import { EICAR, playedClamd } from '../testing/fixture-clamd';
import { FixtureDns } from '../testing/fixture-dns';
import { controlPages, parseControlPage } from './control-pages';
import { nameFiles } from './machine-files';
import { parseScanner, scan, scannerReady } from './malware';
import { releaseCheck } from './release';
import { compareResolvers, isByMachine } from './two-resolvers';

const folder = mkdtempSync(join(tmpdir(), 'nms-environment-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const sha256 = (bytes: string | Buffer) => createHash('sha256').update(bytes).digest('hex');
const now = () => new Date();

function put(path: string, text: string): string {
  const whole = join(folder, path);
  mkdirSync(dirname(whole), { recursive: true });
  writeFileSync(whole, text);
  return whole;
}

describe('E01: code and browser against a release record', () => {
  const browser = 'b'.repeat(64);
  const image = 'c'.repeat(64);
  let n = 0;
  const release = (change: (root: string) => void, facts: object = {}) => {
    const root = `release-${(n += 1)}`;
    const code = { 'apps/main.js': sha256('main'), 'libs/a/b.js': sha256('b') };
    put(`${root}/apps/main.js`, 'main');
    put(`${root}/libs/a/b.js`, 'b');
    const record = put(
      `${root}/release.json`,
      JSON.stringify({ schema: 'release/1', code, browserSha256: null, imageSha256: null, ...facts }),
    );
    change(root);
    return { record, browserSha256: null, imageSha256: null };
  };
  const none = () => undefined;

  it('passes only when everything that runs was recorded and is equal', async () => {
    expect(await releaseCheck(browser, release(none, { browserSha256: browser }))).toMatchObject({
      result: 'pass',
      sha256: browser,
    });
    expect(await releaseCheck(browser, release(none))).toMatchObject({
      result: 'warn',
      observed: expect.stringContaining('2 files equal'),
    });
    expect(await releaseCheck(browser, { ...release(none), browserSha256: browser })).toMatchObject({ result: 'pass' });
    const beside = release((root) => put(`${root}/test/bench.js`, 'x'), { browserSha256: browser });
    expect(await releaseCheck(browser, beside)).toMatchObject({ result: 'pass' });
    expect(await releaseCheck(browser, { record: null, browserSha256: null, imageSha256: null })).toMatchObject({ result: 'na' });
  });

  it.each([
    ['an edited file', (root: string) => put(`${root}/libs/a/b.js`, 'B'), 'libs/a/b.js'],
    ['an added file', (root: string) => put(`${root}/libs/c.js`, 'c'), 'libs/c.js'],
    ['a removed file', (root: string) => rmSync(join(folder, root, 'libs/a/b.js')), 'libs/a/b.js'],
  ])('fails for %s', async (_what, change, told) => {
    const settings = { ...release(change), browserSha256: browser };
    expect(await releaseCheck(browser, settings)).toMatchObject({ result: 'fail', observed: expect.stringContaining(told) });
  });

  it('fails for another browser, another image, an unstated image, a record that is gone or malformed', async () => {
    expect(await releaseCheck(browser, release(none, { browserSha256: 'd'.repeat(64) }))).toMatchObject({ result: 'fail' });
    const imaged = release(none, { browserSha256: browser, imageSha256: image });
    expect(await releaseCheck(browser, { ...imaged, imageSha256: image })).toMatchObject({ result: 'pass' });
    expect(await releaseCheck(browser, { ...imaged, imageSha256: 'e'.repeat(64) })).toMatchObject({ result: 'fail' });
    expect(await releaseCheck(browser, imaged)).toMatchObject({ result: 'fail' });
    expect(await releaseCheck(browser, { ...imaged, record: join(folder, 'nowhere') })).toMatchObject({ result: 'fail' });
    for (const text of ['', '[]', '{"schema":"release/1","code":{}}', '{"schema":"release/1","code":{"a.js":"zz"}}'])
      expect(await releaseCheck(browser, { ...imaged, record: put('odd/release.json', text) })).toMatchObject({ result: 'fail' });
  });
});

it('E04: files of the machine that decide where the site is are told as such, and never pass', async () => {
  const root = mkdtempSync(join(tmpdir(), 'nms-names-'));
  expect(await nameFiles(root)).toMatchObject({ result: 'pass' });
  expect(await nameFiles(root, true)).toMatchObject({
    result: 'warn',
    observed: expect.stringContaining('no DNS_SERVERS: these files decide'),
  });
  mkdirSync(join(root, 'etc'));
  writeFileSync(join(root, 'etc/hosts'), '203.0.113.7 shop.example\n');
  expect(await nameFiles(root, true)).toMatchObject({ result: 'fail' });
  rmSync(root, { recursive: true });
});

describe('E07: two resolvers', () => {
  const dns = (answers: string[]) => new FixtureDns({ 'shop.test': () => answers }).start();

  it('tells same, different, unknown, and when there was nothing to compare', async () => {
    const [a, b, c] = await Promise.all([dns(['192.0.2.1', '192.0.2.2']), dns(['192.0.2.2', '192.0.2.1']), dns(['192.0.2.9'])]);
    const silent = await dns([]);
    const nobody = silent.address;
    silent.stop();
    const compare = (...servers: string[]) => compareResolvers('shop.test', servers, []);
    try {
      expect(await compare(a.address, b.address)).toMatchObject({ result: 'pass', observed: expect.stringMatching(/^same/) });
      expect(await compare(a.address, c.address)).toMatchObject({
        result: 'warn',
        observed: expect.stringMatching(/^different.*192\.0\.2\.9/),
      });
      expect(await compare(a.address, nobody)).toMatchObject({ result: 'warn', observed: expect.stringMatching(/^unknown/) });
      expect(await compare(a.address)).toMatchObject({ result: 'na' });
      // Nobody to ask is not nothing to compare: the machine itself answers, unseen.
      expect(await compare()).toMatchObject({ result: 'warn', observed: expect.stringContaining('no DNS_SERVERS') });
      expect(await compareResolvers('shop.test', [], ['shop.test=192.0.2.1'])).toMatchObject({ result: 'na' });
      expect(await compareResolvers('192.0.2.1', [], [])).toMatchObject({ result: 'na' });
      expect([
        isByMachine('shop.test', [], []),
        isByMachine('192.0.2.1', [], []),
        isByMachine('shop.test', [a.address], []),
      ]).toEqual([true, false, false]);
      expect(await compareResolvers('192.0.2.1', [a.address, b.address], [])).toMatchObject({ result: 'na' });
      expect(await compareResolvers('shop.test', [a.address, b.address], ['shop.test=192.0.2.1'])).toMatchObject({
        result: 'na',
      });
    } finally {
      for (const each of [a, b, c]) each.stop();
    }
  });
});

describe('E09: control pages', () => {
  const servers: Server[] = [];
  afterAll(() => servers.forEach((server) => server.close()));
  const known = ownAuthority('known.test');
  const site = async ({ cert, key } = known) => {
    const server = secureServer({ cert, key }, (socket) => socket.on('error', () => undefined));
    servers.push(server);
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    return (server.address() as AddressInfo).port;
  };
  const spki = createHash('sha256')
    .update(new X509Certificate(known.cert).publicKey.export({ type: 'spki', format: 'der' }))
    .digest('base64');
  const look = (
    pages: string[],
    { captured = 'https://shop.example/', roots = [known.cert] as readonly string[], allow = ['127.0.0.1/32'] } = {},
  ) =>
    controlPages(
      pages.map(parseControlPage),
      captured,
      {
        rules: {
          hosts: ['a.test=127.0.0.1', 'b.test=127.0.0.1'],
          servers: [],
          ports: [443],
          allowNet: allow.map(parseAllowedNet),
        },
        vantage: { name: 'main', upstream: null },
        now,
      },
      roots,
    );

  it('passes two public chains with the expected key or issuer', async () => {
    const port = await site();
    const pages = [`https://a.test:${port}/ sha256/${spki}`, `https://b.test:${port}/ issuer/known.test`];
    expect(await look(pages)).toMatchObject({ result: 'pass', observed: expect.stringContaining('issuer known.test') });
    expect(await look(pages.slice(0, 1))).toMatchObject({ result: 'warn' });
  });

  it('F26: fails for an invalid certificate, and for the chain of a proxy that opens TLS on the way', async () => {
    const port = await site();
    const pages = [`https://a.test:${port}/ sha256/${spki}`, `https://b.test:${port}/ issuer/known.test`];
    // None of the public roots vouches for it.
    expect(await look(pages, { roots: rootCertificates })).toMatchObject({
      result: 'fail',
      observed: expect.stringContaining('SELF_SIGNED'),
    });
    // The proxy's own authority stands in the store, so its chain is valid; it is still not the one that was expected.
    const proxy = ownAuthority('intercepting.test');
    const intercepted = await site(proxy);
    const through = [`https://a.test:${intercepted}/ sha256/${spki}`, `https://b.test:${intercepted}/ issuer/known.test`];
    expect(await look(through, { roots: [proxy.cert] })).toMatchObject({
      result: 'fail',
      observed: expect.stringContaining('not the expected one'),
    });
    const wrongName = [`https://127.0.0.1:${intercepted}/ issuer/intercepting.test`];
    expect(await look(wrongName, { roots: [proxy.cert] })).toMatchObject({ result: 'fail' });
  });

  it('leaves out the captured host, obeys the rules of the egress, and does not take silence for interception', async () => {
    const port = await site();
    const page = `https://a.test:${port}/ sha256/${spki}`;
    let asked = 0;
    servers.at(-1)?.on('connection', () => (asked += 1));
    expect(await look([page], { captured: `http://a.test:${port}/x` })).toMatchObject({ result: 'warn' });
    expect(await look([`https://127.0.0.1:${port}/ sha256/${spki}`], { allow: [] })).toMatchObject({
      result: 'warn',
      observed: expect.stringContaining('address.'),
    });
    expect(asked).toBe(0);
    const closed = await site();
    await new Promise((done) => servers.pop()?.close(done));
    expect(await look([`https://a.test:${closed}/ sha256/${spki}`])).toMatchObject({ result: 'warn' });
    expect(await look([])).toMatchObject({ result: 'na' });
  });

  it.each(['', 'https://a.test/', 'http://a.test/ sha256/x', 'https://a.test/ key/x', 'https://u:p@a.test/ sha256/x'])(
    'refuses the setting "%s"',
    (text) => expect(() => parseControlPage(text)).toThrow(TypeError),
  );
});

function ownAuthority(name: string): { cert: string; key: string } {
  const [key, cert] = [join(folder, `${name}.key`), join(folder, `${name}.crt`)];
  execFileSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-days',
      '30',
      '-keyout',
      key,
      '-out',
      cert,
      '-subj',
      `/CN=${name}`,
      '-addext',
      'subjectAltName=DNS:a.test,DNS:b.test',
    ],
    { stdio: 'ignore' },
  );
  return { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') };
}

describe('E11: malware scan', () => {
  it('gives every body to clamd whole and tells engine, definitions and what was found', async () => {
    const { server, port, streams } = await playedClamd();
    try {
      const scanner = parseScanner(`clamd:127.0.0.1:${port}`);
      expect(await scannerReady(scanner)).toMatchObject({
        result: 'pass',
        observed: expect.stringContaining('27500 of Tue Nov 24'),
      });
      const large = Buffer.alloc(200_000, 'abc');
      expect(
        await scan(scanner, [
          { name: 'a', bytes: large },
          { name: 'b', bytes: Buffer.from('b') },
        ]),
      ).toMatchObject({ result: 'pass' });
      expect(streams[0]?.equals(large)).toBe(true);
      const found = await scan(scanner, [
        { name: 'clean', bytes: large },
        { name: 'exchange 7', bytes: Buffer.from(EICAR) },
      ]);
      expect(found).toMatchObject({
        result: 'fail',
        observed: expect.stringContaining('1 found: Eicar-Test-Signature in exchange 7'),
      });
    } finally {
      server.close();
    }
  });

  it('does not take an unscanned body, a refusal or silence for a clean one', async () => {
    const { server, port } = await playedClamd(1_000);
    const scanner = parseScanner(`clamd:127.0.0.1:${port}`);
    const body = { name: 'a', bytes: Buffer.alloc(2_000) };
    expect(await scan(scanner, [body])).toMatchObject({
      result: 'warn',
      observed: expect.stringContaining('size limit exceeded'),
    });
    await new Promise((done) => server.close(done));
    expect(await scan(scanner, [body])).toMatchObject({ result: 'warn' });
    expect(await scannerReady(scanner)).toMatchObject({ result: 'warn' });
    expect(await scan(null, [body])).toMatchObject({ result: 'na' });
    expect(() => parseScanner('clamd')).toThrow(TypeError);
    expect(() => parseScanner('clamscan:relative')).toThrow(TypeError);
  });

  it('reads the answers of a clamscan program', async () => {
    const program = put(
      'clamscan',
      `#!/bin/sh\nif [ "$1" = --version ]; then echo 'ClamAV 1.4.3/27500/Tue Nov 24 09:26:47 2026'; exit; fi\nif /bin/grep -q EICAR; then echo 'stdin: Eicar-Test-Signature FOUND'; exit 1; else echo 'stdin: OK'; fi\n`,
    );
    chmodSync(program, 0o755);
    const scanner = parseScanner(`clamscan:${program}`);
    expect(await scan(scanner, [{ name: 'a', bytes: Buffer.from('a') }])).toMatchObject({ result: 'pass' });
    expect(await scan(scanner, [{ name: 'a', bytes: Buffer.from(EICAR) }])).toMatchObject({ result: 'fail' });
  });
});

describe('limits of the job', () => {
  const bounds = { memoryBytes: 1_000_000, cpus: 2, processes: 77 };

  it('writes the bounds of a cgroup where version 2 is there and lets the browser enter before it starts', async () => {
    put('cgroup/cgroup.controllers', 'cpuset cpu io memory pids\n');
    put('cgroup/cgroup.subtree_control', 'cpu memory pids\n');
    const made = await confine(bounds, join(folder, 'cgroup'));
    const group = /> '(.+)\/cgroup\.procs'/.exec(made.before)?.[1] ?? '';
    const written = ['memory.max', 'cpu.max', 'pids.max'].map((name) => readFileSync(join(group, name), 'utf8'));
    expect(written).toEqual(['1000000', '200000 100000', '77']);
    expect(made.told).toBe('cgroup v2 memory.max 1000000, cpu.max 200000 100000, pids.max 77');
    expect(made.prefix).toBe('');
  });

  it('says why not and what holds instead', async () => {
    put('part/cgroup.controllers', 'cpu memory');
    expect((await confine(bounds, join(folder, 'part'))).told).toContain('controllers missing: pids');
    const without = await confine(bounds, join(folder, 'nowhere'));
    expect(without.before).toBe('');
    expect(without.told).toMatch(
      /^(rlimit nproc 77, .*|no rlimit: no prlimit); memory watched .* no cgroup: version 2 is not mounted/,
    );
  });
});
