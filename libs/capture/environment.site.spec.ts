import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { runInThisContext } from 'node:vm';
import { SystemClock, type Clock } from '../kernel';
import type { Check } from './environment/finding';
import { findBrowser } from './chromium/executable';
import type { FreshBrowser } from './chromium/fresh-browser';
import { processesOf } from './chromium/proc';
import { onPath } from './chromium/namespace';
import {
  CaptureHarness,
  EICAR,
  FixtureSite,
  html,
  playedClamd,
  text,
  timeServer,
  type Captured,
  type CaptureOptions,
} from './testing';

jest.setTimeout(90_000);

const harness = new CaptureHarness();
const folder = mkdtempSync(join(tmpdir(), 'nms-planted-'));
let site: FixtureSite;
let program = '';

beforeAll(async () => {
  chmodSync(folder, 0o755);
  site = await new FixtureSite({
    '/': html('<title>页</title><p>平常的页面</p>'),
    '/infected': html('<p>页</p><script>fetch("/sample")</script>'),
    '/sample': text(EICAR),
  }).start();
  program = (await findBrowser(process.env['CHROMIUM_PATH'] ?? null)).path;
});
afterAll(async () => {
  await site.stop();
  harness.cleanUp();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => void (site.log.length = 0));

const capture = (options: CaptureOptions = {}) =>
  harness.capture(site.url('/'), { ...options, allow: [`127.0.0.1/32:${site.port}`] });

interface Environment {
  before: Check[];
  after: Check[];
  verdict: string;
}

const environmentOf = (captured: Captured) => JSON.parse(captured.text('record/environment.json')) as Environment;
const checkOf = (captured: Captured, id: string, when: 'before' | 'after' = 'before') =>
  environmentOf(captured)[when].find((check) => check.id === id);

function expectStopped(captured: Captured, id: string): void {
  expect(captured.result).toMatchObject({ outcome: 'failed', reason: expect.stringMatching(`^environment: .*${id}`) });
  expect(captured.result.manifestSha256).toBeUndefined();
  expect(checkOf(captured, id)?.result).toBe('fail');
  // Stopped before the site heard of it.
  expect(site.log).toEqual([]);
}

let n = 0;

/** A copy of the files that the checks look at, with one changed or added: the machine's own stay as they are. */
function machineWith(path: string, text: string): string {
  const root = join(folder, `root-${(n += 1)}`);
  for (const each of ['/etc/hosts', '/etc/nsswitch.conf', '/etc/resolv.conf']) {
    mkdirSync(dirname(join(root, each)), { recursive: true });
    if (existsSync(each)) writeFileSync(join(root, each), readFileSync(each));
  }
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text, { flag: 'a' });
  return root;
}

/** A start script before the browser, as somebody would plant it; `$profile` is the profile of the job. */
function browserBehind(lines: string): string {
  const path = join(folder, `browser-${(n += 1)}`);
  const find = `for word in "$@"; do case "$word" in --user-data-dir=*) profile="\${word#--user-data-dir=}";; esac; done`;
  writeFileSync(path, `#!/bin/sh\n${find}\nif [ -n "$profile" ]; then\n${lines}\nfi\nexec "${program}" "$@"\n`);
  chmodSync(path, 0o755);
  return path;
}

describe('F28: what is planted is found, and the job stops before the site hears of it', () => {
  it('nothing planted: the job goes on', async () => {
    const captured = await capture({ deps: { machineRoot: machineWith('/etc/hosts', '127.0.0.1 own\n') } });
    expect(captured.result.outcome).toBe('complete');
    for (const id of ['E02', 'E04', 'E13']) expect(checkOf(captured, id)?.result).toBe('pass');
    for (const id of ['E03', 'E06']) expect(checkOf(captured, id)?.result).not.toBe('fail');
    expect(checkOf(captured, 'E03')?.observed).toMatch(
      /allow-list of \d digests.*foreign programs 0.*limits (cgroup v2|rlimit|no rlimit)/,
    );
    expect(checkOf(captured, 'E16', 'after')).toMatchObject({ result: 'pass' });
    // What was seen, and not what was meant: E05 and E14 say it of this very browser.
    const [egress, shown] = [checkOf(captured, 'E05'), checkOf(captured, 'E14')];
    if (process.getuid?.() === 0 && egress?.result === 'pass')
      expect(egress.observed).toMatch(
        /127\.0\.0\.1:\d+ ECONNREFUSED \(from outside: reached\).*devices there: lo; routes: 0;.*: yes$/,
      );
    else expect(egress).toMatchObject({ result: 'warn', observed: expect.stringContaining('only its flags') });
    expect(shown).toMatchObject({
      result: 'pass',
      observed: expect.stringMatching(/^languages zh-CN zh.*zone Asia\/Shanghai; screen 1366×900 ×1; fonts \S/),
    });
    expect(checkOf(captured, 'E14', 'after')?.result).toBe('na');
    expect(checkOf(captured, 'E08')?.observed).toMatch(/^interfaces: lo .*routes.*connections leave from/);
  });

  it('a hosts entry: E04', async () =>
    expectStopped(await capture({ deps: { machineRoot: machineWith('/etc/hosts', '\n203.0.113.7 shop.example\n') } }), 'E04'));

  it('a browser policy: E06', async () => {
    const policy = JSON.stringify({ ProxyMode: 'fixed_servers', ProxyServer: '203.0.113.7:8080' });
    const machineRoot = machineWith('/etc/chromium/policies/managed/planted.json', policy);
    expectStopped(await capture({ deps: { machineRoot } }), 'E06');
  });

  it('F26, F28: an authority of a proxy in the system that the operator does not know: E06', async () => {
    const machineRoot = machineWith('/usr/local/share/ca-certificates/proxy.crt', 'certificate of a proxy');
    const captured = await capture({ deps: { machineRoot }, config: { KNOWN_AUTHORITIES: ['a'.repeat(64)] } });
    expectStopped(captured, 'E06');
    // Without a list nobody has said what belongs here: told, and no more.
    const told = await capture({ deps: { machineRoot } });
    expect(checkOf(told, 'E06')).toMatchObject({ result: 'warn', observed: expect.stringContaining('1 added authorities') });
  });

  it('a user authority in the certificate store of the profile: E06', async () => {
    const plant = async ({ folder: own }: FreshBrowser) => {
      // The form in which an NSS store holds a certificate; its bytes come from a real one.
      const der = Buffer.from(
        execFileSync(
          'openssl',
          ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', '/dev/null', '-subj', '/CN=planted', '-outform', 'DER'],
          { stdio: ['ignore', 'pipe', 'ignore'] },
        ),
      );
      mkdirSync(join(own, 'profile', '.pki', 'nssdb'), { recursive: true });
      writeFileSync(join(own, 'profile', '.pki', 'nssdb', 'cert9.db'), Buffer.concat([Buffer.from('SQLite format 3\0'), der]));
    };
    expectStopped(await capture({ onBrowser: plant }), 'E06');
  });

  it('F26: a flag that lets every certificate pass: E06', async () =>
    expectStopped(await capture({ flags: ['--ignore-certificate-errors'] }), 'E06'));

  it('an extension in the profile: E02', async () => {
    const lines = `mkdir -p "$profile/Default/Extensions/planted/1.0"; echo '{}' > "$profile/Default/Extensions/planted/1.0/manifest.json"`;
    expectStopped(await capture({ config: { CHROMIUM_PATH: browserBehind(lines) } }), 'E02');
  });

  it('an extension by flag: E02', async () => expectStopped(await capture({ flags: [`--load-extension=${folder}`] }), 'E02'));

  it('cookies of an earlier visit: E02', async () => {
    const plant = async ({ connection }: FreshBrowser) =>
      void (await connection.send('Storage.setCookies', { cookies: [{ name: 'a', value: '1', url: 'http://shop.example/' }] }));
    expectStopped(await capture({ onBrowser: plant }), 'E02');
  });

  it.each(['/etc/ld.so.preload'])('a preload for every program, %s: E13', async (path) =>
    expectStopped(await capture({ deps: { machineRoot: machineWith(path, '/usr/lib/planted.so\n') } }), 'E13'),
  );

  it('a preload for this process: E13', async () =>
    expectStopped(await capture({ deps: { variables: { ...process.env, LD_PRELOAD: '/usr/lib/planted.so' } } }), 'E13'));

  it('a preload slipped in before the browser alone: E13', async () => {
    // The loader says that it cannot find it and goes on, as it does with a library that hides itself.
    const captured = await capture({ config: { CHROMIUM_PATH: browserBehind('export LD_PRELOAD=/nonexistent/planted.so') } });
    expectStopped(captured, 'E13');
    expect(checkOf(captured, 'E13')?.observed).toContain('in the browser LD_PRELOAD');
  });

  it('a second debugger by port: E13', async () =>
    expectStopped(await capture({ flags: ['--remote-debugging-pipe', '--remote-debugging-port=0'] }), 'E13'));

  (onPath('strace') ? it : it.skip)('a tracer at the browser (needs strace): E13', async () => {
    let tracer: ReturnType<typeof spawn> | null = null;
    const plant = async ({ pid }: FreshBrowser) => {
      tracer = spawn('strace', ['-qq', '-e', 'trace=none', '-o', '/dev/null', '-p', String(pid)], { stdio: 'ignore' });
      for (let tries = 0; tries < 100 && !/^TracerPid:\s+[1-9]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8')); tries += 1)
        await new Promise((done) => setTimeout(done, 50));
    };
    try {
      expectStopped(await capture({ onBrowser: plant }), 'E13');
    } finally {
      (tracer as ReturnType<typeof spawn> | null)?.kill('SIGKILL');
    }
  });

  (process.getuid?.() === 0 ? it : it.skip)(
    'a foreign program under the account of the job (needs root): E03 by digest, whatever its name',
    async () => {
      const named = join(folder, 'chromium');
      writeFileSync(named, readFileSync('/bin/sleep'));
      chmodSync(named, 0o755);
      let stranger: ReturnType<typeof spawn> | null = null;
      const plant = async ({ isolation: { uid } }: FreshBrowser) => {
        stranger = spawn(named, ['60'], { uid, gid: uid, stdio: 'ignore', cwd: '/' });
        await new Promise((done) => stranger?.once('spawn', done));
      };
      try {
        const captured = await capture({ onBrowser: plant });
        expect(checkOf(captured, 'E03')).toMatchObject({
          result: 'fail',
          observed: expect.stringContaining('foreign programs 1 (chromium'),
        });
        expect(environmentOf(captured).verdict).not.toBe('clean');
      } finally {
        (stranger as ReturnType<typeof spawn> | null)?.kill('SIGKILL');
      }
    },
  );

  it('goes on when an officer decided so, and the manifest says who and why', async () => {
    const override = { by: 'officer-1', reason: '上级批准，主机名单另有备案' };
    const captured = await capture({
      deps: { machineRoot: machineWith('/etc/hosts', '\n203.0.113.7 shop.example\n') },
      order: { override },
    });
    expect(captured.result.outcome).toBe('complete');
    const { environment } = JSON.parse(captured.text('MANIFEST.json')) as { environment: object };
    expect(environment).toEqual({ verdict: 'fail', failed: ['E04'], overrideBy: override.by, overrideReason: override.reason });
    // A decision that was not needed is not told as one.
    const clean = await capture({ order: { override } });
    expect(JSON.parse(clean.text('MANIFEST.json'))).toMatchObject({ environment: { overrideBy: null, overrideReason: null } });
  });

  it('E16: what is planted while the page loads stops the job at its end', async () => {
    const machineRoot = machineWith('/etc/hosts', '');
    const captured = await capture({
      deps: { machineRoot },
      onProgress: (line) => {
        if (line.type === 'step' && line.step === 'dom')
          writeFileSync(join(machineRoot, '/etc/hosts'), '203.0.113.7 shop.example\n');
      },
    });
    expect(captured.result).toMatchObject({ outcome: 'failed', reason: 'environment after: E04 E16' });
    expect(captured.result.manifestSha256).toBeUndefined();
    expect(checkOf(captured, 'E16', 'after')).toMatchObject({ result: 'fail', observed: 'E04' });
  });
});

it('E11: a page that spreads malware is captured, named with the body it came in, and the verdict warns', async () => {
  const { server, port, streams } = await playedClamd();
  try {
    const captured = await harness.capture(site.url('/infected'), {
      allow: [`127.0.0.1/32:${site.port}`],
      config: { MALWARE_SCANNER: `clamd:127.0.0.1:${port}` },
    });
    expect(captured.result.outcome).toBe('complete');
    expect(checkOf(captured, 'E11')).toMatchObject({ result: 'pass', observed: expect.stringContaining('definitions 27500') });
    expect(checkOf(captured, 'E11', 'after')).toMatchObject({
      result: 'fail',
      observed: expect.stringMatching(/1 found: Eicar-Test-Signature in exchange \d+ http:.+\/sample/),
    });
    expect(streams.some((bytes) => bytes.equals(Buffer.from(EICAR)))).toBe(true);
    const { environment } = JSON.parse(captured.text('MANIFEST.json')) as { environment: { verdict: string; failed: string[] } };
    expect(environment).toMatchObject({ verdict: 'warn', failed: ['E11'] });
    expect(environmentOf(captured).verdict).toBe('warn');
  } finally {
    server.close();
  }
});

/** Time that anybody can read, wherever it stands in a record. */
const UTC = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

describe('F08: a clock that is wrong', () => {
  const withServers = async (offset: (question: number) => number, work: (servers: string[]) => Promise<void>) => {
    const servers = await Promise.all([timeServer(offset), timeServer(offset)]);
    try {
      await work(servers.map(({ address }) => address));
    } finally {
      for (const each of servers) each.stop();
    }
  };

  it('a day behind: E10, the job stops', () =>
    withServers(
      () => 86_400_000,
      async (TIME_SERVERS) => expectStopped(await capture({ config: { TIME_SERVERS } }), 'E10'),
    ));

  it('set forward while the page loads: E10 and E16 at the end, the job stops', () =>
    withServers(
      (question) => (question > 1 ? -90_000 : 0),
      async (TIME_SERVERS) => {
        const captured = await capture({ config: { TIME_SERVERS } });
        expect(captured.result).toMatchObject({ outcome: 'failed', reason: 'environment after: E10 E16' });
        expect(checkOf(captured, 'E10')?.result).toBe('pass');
      },
    ));

  it('set forward with nobody to ask: the times of the manifest contradict each other by the jump (CLOCK_JUMP)', async () => {
    const machine = new SystemClock();
    let jump = 0;
    const clock: Clock = { now: () => new Date(machine.now().getTime() + jump) };
    const captured = await capture({
      clock,
      onProgress: (line) => void (line.type === 'step' && line.step === 'dom' && (jump = 90_000)),
    });
    const { time } = JSON.parse(captured.text('MANIFEST.json')) as {
      time: { startedAt: string; finishedAt: string; monotonicMs: number };
    };
    const wall = Date.parse(time.finishedAt) - Date.parse(time.startedAt);
    expect(wall - time.monotonicMs).toBeGreaterThan(89_000);
  });

  it('another zone of the machine while the page loads: stored times are UTC and in order', async () => {
    // The test runner gives its files a copy of the variables; only the process's own move the zone.
    const { env } = runInThisContext('process') as NodeJS.Process;
    const zone = env['TZ'];
    const offsets: number[] = [];
    const move = (to: string) => {
      env['TZ'] = to;
      offsets.push(new Date().getTimezoneOffset());
    };
    try {
      move('America/New_York');
      const captured = await capture({
        onProgress: (line) => void (line.type === 'step' && line.step === 'dom' && move('Asia/Kathmandu')),
      });
      expect(offsets).toEqual([expect.any(Number), -345]);
      const times = [
        ...captured.lines<{ at: string }>('record/timeline.jsonl').map(({ at }) => at),
        ...captured
          .lines<{ startedAt: string; finishedAt: string }>('record/exchanges.jsonl')
          .flatMap(({ startedAt, finishedAt }) => [startedAt, finishedAt]),
        ...environmentOf(captured).before.map(({ at }) => at),
      ];
      expect(times.filter((at) => !UTC.test(at))).toEqual([]);
      const { time } = JSON.parse(captured.text('MANIFEST.json')) as {
        time: { startedAt: string; finishedAt: string; monotonicMs: number };
      };
      expect(Math.abs(Date.parse(time.finishedAt) - Date.parse(time.startedAt) - time.monotonicMs)).toBeLessThanOrEqual(500);
      expect(Math.abs(Date.parse(time.startedAt) - Date.now())).toBeLessThan(90_000);
    } finally {
      if (zone === undefined) delete env['TZ'];
      else env['TZ'] = zone;
    }
  });
});

describe('F25: a browser that dies leaves no zombie child of ours, no port and no profile', () => {
  it.each([
    ['the browser killed in the middle', 'browser'],
    ['its control connection lost', 'connection'],
    ['a child that left the group of the job', 'escaped'],
  ])('%s', async (_what, how) => {
    let seen: FreshBrowser | null = null;
    let escaped = 0;
    const captured = await capture({
      onBrowser: async (fresh) => {
        seen = fresh;
        if (how !== 'escaped' || process.getuid?.() !== 0) return;
        const child = spawn('sleep', ['600'], {
          uid: fresh.isolation.uid,
          gid: fresh.isolation.uid,
          stdio: 'ignore',
          cwd: '/',
          detached: true,
        });
        await new Promise((done) => child.once('spawn', done));
        escaped = child.pid ?? 0;
      },
      onProgress: (line, pid) => {
        if (line.type !== 'step' || line.step !== 'screen 0') return;
        if (how === 'browser') process.kill(pid, 'SIGKILL');
        if (how === 'connection') seen?.connection.dispose();
      },
    });
    if (how !== 'escaped') {
      expect(captured.result.outcome).toBe('failed');
      expect(captured.result.manifestSha256).toBeUndefined();
    }
    const fresh = seen as FreshBrowser | null;
    if (!fresh) throw new Error('no browser was taken');
    if (fresh.isolation.uid !== process.getuid?.()) expect(processesOf(fresh.isolation.uid)).toEqual([]);
    if (escaped > 0) expect(aliveOr(escaped)).not.toBe('alive');
    // Not even as a zombie: we are its parent and have taken note.
    expect(aliveOr(fresh.pid)).toBe('gone');
    expect(existsSync(fresh.folder)).toBe(false);
    expect(readdirSync(tmpdir()).filter((name) => harness.workFolders.has(name))).toEqual([]);
    const port = Number(/--proxy-server=http:\/\/127\.0\.0\.1:(\d+)/.exec(fresh.flags.join(' '))?.[1]);
    if (fresh.isolation.namespace === 'off') expect(await answers(port)).toBe(false);
    expect(process.getActiveResourcesInfo().filter((kind) => kind === 'ProcessWrap')).toEqual([]);
  });
});

function aliveOr(pid: number): 'alive' | 'zombie' | 'gone' {
  try {
    return /^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8')) ? 'zombie' : 'alive';
  } catch {
    return 'gone';
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('connect', () => (socket.destroy(), done(true)));
    socket.once('error', () => done(false));
  });
}
