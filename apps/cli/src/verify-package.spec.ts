import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createContext, runInContext } from 'node:vm';
import { bytesSource, canonicalJson, parseTrustBundle, type Report, verifyPackage } from '../../../libs/proof';
import { VERIFY_USAGE, verifyPackageCommand } from './verify-package';

const ROOT = join(__dirname, '../../..');
const GOLDEN = join(ROOT, 'testdata/evidence');
const AT = '2026-11-23T00:00:00.000Z';
const argumentsFor = (name: string, ...more: string[]) => [
  join(GOLDEN, `${name}.evp`),
  '--trust',
  join(GOLDEN, `${name}.trust.json`),
  '--at',
  AT,
  ...more,
];

async function run(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  const written = { out: '', err: '' };
  const into = (name: 'out' | 'err') => ({ write: (text: string) => Boolean((written[name] += text)) });
  const code = await verifyPackageCommand(argv, into('out'), into('err'));
  return { code, ...written };
}

describe('verify-package', () => {
  it('ends with 0 PASSED, 1 FAILED, 2 INDETERMINATE, 3 unreadable or wrong usage', async () => {
    expect((await run(...argumentsFor('whole', '--level', 'L5'))).code).toBe(0);
    expect((await run(...argumentsFor('internal', '--level', 'L4'))).code).toBe(2);
    // Nobody outside of the agency stamps: what can be asked by default is that the package is whole and signed.
    expect((await run(...argumentsFor('internal'))).code).toBe(0);
    expect((await run(...argumentsFor('import'))).code).toBe(2);
    const damaged = join(mkdtempSync(join(tmpdir(), 'verify-')), 'damaged.evp');
    const bytes = readFileSync(join(GOLDEN, 'whole.evp'));
    bytes[100]! ^= 1;
    writeFileSync(damaged, bytes);
    expect((await run(damaged, '--trust', join(GOLDEN, 'whole.trust.json'), '--at', AT)).code).toBe(1);
    expect(await run()).toEqual({ code: 3, out: '', err: `${VERIFY_USAGE}\n` });
    expect((await run('/nowhere.evp', '--trust', join(GOLDEN, 'whole.trust.json'))).code).toBe(3);
    expect((await run(...argumentsFor('whole', '--level', 'L9'))).code).toBe(3);
    expect((await run(join(GOLDEN, 'whole.evp'), '--trust', join(GOLDEN, 'whole.evp'))).code).toBe(3);
  });

  it('writes Chinese text, English text, or the JSON report', async () => {
    expect((await run(...argumentsFor('whole', '--level', 'L5'))).out).toContain('结论：通过 (PASSED)');
    expect((await run(...argumentsFor('whole', '--lang', 'en'))).out).toContain('Verdict: PASSED');
    const { out } = await run(...argumentsFor('whole', '--json'));
    expect(canonicalJson(JSON.parse(out))).toBe(out.trimEnd());
  });

  it('F32: a clerk unpacks and re-zips: the container is told, the unpacked folder passes', async () => {
    const root = mkdtempSync(join(tmpdir(), 'verify-'));
    mkdirSync(join(root, 'folder'));
    execFileSync('unzip', ['-q', join(GOLDEN, 'whole.evp'), '-d', join(root, 'folder')]);
    const script = 'import shutil,sys; shutil.make_archive(sys.argv[1], "zip", sys.argv[2])';
    execFileSync('python3', ['-c', script, join(root, 'again'), join(root, 'folder')]);
    const trust = ['--trust', join(GOLDEN, 'whole.trust.json'), '--at', AT, '--level', 'L5'];
    const zipped = await run(join(root, 'again.zip'), ...trust);
    expect(zipped.code).toBe(1);
    expect(zipped.out).toContain('解开到文件夹');
    expect((await run(join(root, 'folder'), ...trust)).code).toBe(0);
  });
});

describe('the bundles that travel', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bundle-'));
  const ours = async (name: string): Promise<Report> => {
    const bundle = parseTrustBundle(new Uint8Array(readFileSync(join(GOLDEN, `${name}.trust.json`))));
    const source = bytesSource(new Uint8Array(readFileSync(join(GOLDEN, `${name}.evp`))));
    return verifyPackage({ form: 'file', source }, bundle, { at: new Date(AT), level: 4, checkpoints: [] });
  };

  beforeAll(() => {
    execFileSync(process.execPath, [join(ROOT, 'scripts/bundle-verifier.mjs'), folder], { stdio: 'pipe' });
  }, 60_000);

  // A container without the right to make namespaces can not run this one; the pipeline can.
  const alone = spawnSync('unshare', ['--map-root-user', '--net', 'true']).status === 0 ? it : it.skip;

  alone('I-17: the single file says the same with the network removed', async () => {
    const argv = [join(folder, 'verify-package.mjs'), ...argumentsFor('whole', '--json')];
    const node = promisify(execFile);
    const { stdout } = await node('unshare', ['--map-root-user', '--net', process.execPath, ...argv]);
    expect(stdout).toBe(`${canonicalJson(await ours('whole'))}\n`);
    expect(readFileSync(argv[0]!, 'utf8')).not.toMatch(/from ["'](node:)?(net|http|https|http2|tls|dgram|dns|child_process)["']/);
  });

  const traced = spawnSync('strace', ['-f', '-o', '/dev/null', 'true']).status === 0 ? it : it.skip;

  traced('I-17: the single file makes no system call for a network, V11 included (skipped where nothing may be traced)', () => {
    const log = join(folder, 'calls');
    const argv = [join(folder, 'verify-package.mjs'), ...argumentsFor('whole', '--json', '--wire')];
    const { status } = spawnSync('strace', ['-f', '-e', 'trace=network', '-o', log, process.execPath, ...argv]);
    expect(status).toBe(0);
    // A pair of connected sockets inside of the process reaches nobody.
    const calls = readFileSync(log, 'utf8')
      .split('\n')
      .filter((line) => /\b(socket|connect|bind|sendto|sendmsg|recvfrom|listen)\(/.test(line));
    expect(calls).toEqual([]);
    // The trace sees what it looks for.
    const asks = `require('node:net').connect(9, '127.0.0.1').on('error', () => {})`;
    spawnSync('strace', ['-f', '-e', 'trace=network', '-o', log, process.execPath, '-e', asks]);
    expect(readFileSync(log, 'utf8')).toMatch(/connect\(/);
  });

  it('the script for a page says the same as Node, with nothing but what browsers have', async () => {
    const page: Record<string, unknown> = {
      TextEncoder,
      TextDecoder,
      URL,
      Blob,
      DecompressionStream,
      atob,
      btoa,
      crypto: globalThis.crypto,
      Uint8Array,
      setTimeout,
    };
    createContext(page);
    runInContext(readFileSync(join(folder, 'verify-package.browser.js'), 'utf8'), page);
    page.evp = new Blob([readFileSync(join(GOLDEN, 'whole.evp'))]);
    page.trust = new Uint8Array(readFileSync(join(GOLDEN, 'whole.trust.json')));
    const script = `
      const { verifyPackage, parseTrustBundle, blobSource } = evidenceVerifier;
      verifyPackage({ form: 'file', source: blobSource(evp) }, parseTrustBundle(trust), { at: new Date('${AT}'), level: 4, checkpoints: [] })
        .then((report) => JSON.stringify(report))`;
    const report = JSON.parse((await runInContext(script, page)) as string) as Report;
    expect(report).toEqual(await ours('whole'));
  });
});
