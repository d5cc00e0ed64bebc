import { createHash } from 'node:crypto';
import { lstat, readdir, readFile, readlink, statfs } from 'node:fs/promises';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { processesOf, type FreshBrowser } from '../chromium/fresh-browser';
import { askTime, type ClockReading } from './sntp';

export type CheckResult = 'pass' | 'warn' | 'fail' | 'na';

/** Line of `record/environment.json` (evidence-package.md section 11). */
export interface Check {
  id: string;
  at: string;
  result: CheckResult;
  expected: string;
  observed: string;
  sha256: string | null;
}

/** A failed one of these stops the job unless an officer decides otherwise and says why. */
export const MANDATORY = new Set(['E01', 'E02', 'E04', 'E05', 'E06', 'E09', 'E10', 'E12', 'E15', 'E16']);

export interface EnvironmentSettings {
  timeServers: string[];
  /** SHA-256 of the browser program in the release record; null outside a release. */
  browserSha256: string | null;
  dnsServers: string[];
  timezone: string;
  locale: string;
}

export interface EnvironmentSubject {
  fresh: FreshBrowser;
  staging: string;
  jobBytes: number;
  settings: EnvironmentSettings;
  now: () => Date;
  environment: Readonly<Record<string, string | undefined>>;
}

type Finding = Omit<Check, 'id' | 'at'>;

export interface ClockState {
  status: 'ok' | 'unverified' | 'bad';
  source: string[];
  offsetMs: number | null;
  uncertaintyMs: number | null;
  checkedAt: string;
}

export interface Verdict {
  verdict: 'clean' | 'warn' | 'fail';
  failed: string[];
}

/** Fail if a mandatory check failed; warn if any other failed or warned; else clean. */
export function verdictOf(checks: readonly Check[]): Verdict {
  const failed = [...new Set(checks.filter(({ result }) => result === 'fail').map(({ id }) => id))].sort();
  if (failed.some((id) => MANDATORY.has(id))) return { verdict: 'fail', failed };
  return { verdict: failed.length > 0 || checks.some(({ result }) => result === 'warn') ? 'warn' : 'clean', failed };
}

const finding = (result: CheckResult, expected: string, observed: string, sha256: string | null = null): Finding => ({
  result,
  expected,
  observed,
  sha256,
});
const na = (expected: string, reason: string): Finding => finding('na', expected, reason);
const digest = (bytes: Buffer | string) => createHash('sha256').update(bytes).digest('hex');
const contents = (path: string) => readFile(path).catch(() => null);

/** All checks at one moment. Only looks; changes nothing and sends nothing to any site. */
export async function runChecks(subject: EnvironmentSubject, before: boolean): Promise<{ checks: Check[]; clock: ClockState }> {
  const clock = await readClock(subject);
  const table: [string, () => Promise<Finding> | Finding][] = [
    ['E01', () => releaseDigests(subject)],
    ['E02', () => (before ? freshProfile(subject) : na('profile new', 'used by this capture; it is deleted with the browser'))],
    ['E03', () => processList(subject)],
    ['E04', nameFiles],
    ['E05', () => onlyOurEgress(subject)],
    ['E06', trustAndPolicies],
    [
      'E07',
      () =>
        na(
          'answers of two resolvers compared',
          subject.settings.dnsServers.length < 2 ? 'one resolver configured' : 'answers stand in dns.jsonl',
        ),
    ],
    ['E08', interfaces],
    [
      'E09',
      () => na('control pages of two national sites', 'no control pages configured; nothing but the ordered address is visited'),
    ],
    ['E10', () => clockFinding(clock)],
    ['E11', () => na('malware scan', 'no scanner configured')],
    ['E12', () => roomOnDisk(subject, before)],
    ['E13', () => noSecondHand(subject)],
    ['E14', () => presentation(subject)],
    ['E15', () => na('built-in page captured equal to its golden copy', 'run by the self-test command, not in each job')],
  ];
  const checks = await Promise.all(
    table.map(async ([id, look]): Promise<Check> => {
      const found = await Promise.resolve(look()).catch((error: unknown) =>
        finding('fail', 'check can be made', String(error).slice(0, 300)),
      );
      return { id, at: subject.now().toISOString(), ...found, observed: found.observed.toWellFormed() };
    }),
  );
  return { checks, clock };
}

const REPEATED = ['E03', 'E04', 'E05', 'E06', 'E10', 'E13'];

/** E16: what was looked at before is the same after. */
export function unchanged(before: readonly Check[], after: readonly Check[], at: string): Check {
  const changed = REPEATED.filter((id) => {
    const was = before.find((check) => check.id === id);
    const is = after.find((check) => check.id === id);
    return was?.result !== is?.result || was?.sha256 !== is?.sha256;
  });
  return {
    id: 'E16',
    at,
    ...finding(changed.length === 0 ? 'pass' : 'fail', 'E03-E06, E10, E13 as before', changed.join(' ') || 'unchanged'),
  };
}

async function releaseDigests({ fresh, settings }: EnvironmentSubject): Promise<Finding> {
  const sha256 = await fresh.program.sha256();
  if (settings.browserSha256 === null)
    return finding('na', 'equal to the release record', 'no release record configured; digest of the browser stated', sha256);
  const same = settings.browserSha256 === sha256;
  return finding(same ? 'pass' : 'fail', settings.browserSha256, sha256, sha256);
}

const LEFTOVERS = ['Cookies', 'Network/Cookies', 'Extensions', 'Service Worker/Database', 'History', 'Login Data', 'Web Data'];

async function freshProfile({ fresh }: EnvironmentSubject): Promise<Finding> {
  const expected = 'profile made for this job; no extensions, cookies, cache, service workers';
  const { cookies } = await fresh.connection.send('Storage.getCookies');
  const { targetInfos } = await fresh.connection.send('Target.getTargets');
  const strangers = targetInfos.filter(({ type, url }) => type === 'service_worker' || url.startsWith('chrome-extension:'));
  const extensions = await readdir(join(fresh.folder, 'profile', 'Default', 'Extensions')).catch(() => []);
  const made = (await lstat(join(fresh.folder, 'profile'))).birthtime;
  const observed = `made ${made.toISOString()}; ${cookies.length} cookies, ${extensions.length} extensions, ${strangers.length} workers; looked for ${LEFTOVERS.length} kinds of leftovers`;
  const old = fresh.startedAt.getTime() - made.getTime() > 120_000;
  return finding(cookies.length + extensions.length + strangers.length === 0 && !old ? 'pass' : 'fail', expected, observed);
}

async function processList({ fresh }: EnvironmentSubject): Promise<Finding> {
  const { uid, sandbox, sandboxReason, namespace, namespaceReason } = fresh.isolation;
  const own = process.getuid?.() !== uid;
  const ids = own ? await processesOf(uid) : [];
  const programs = await Promise.all(ids.map((id) => readlink(`/proc/${id}/exe`).catch(() => '')));
  // Zygotes and sandboxed children hide their link; what can be read has to be the browser.
  const foreign = [...new Set(programs.filter((path) => path !== '' && !/chrom|crashpad|headless/i.test(path)))];
  const facts = [
    `account ${uid}`,
    `foreign programs ${foreign.length}${foreign.length > 0 ? ` (${foreign.join(', ')})` : ''}`,
    `sandbox ${sandbox}${sandboxReason ? ` (${sandboxReason})` : ''}`,
    `network namespace ${namespace}${namespaceReason ? ` (${namespaceReason})` : ''}`,
  ].join('; ');
  const expected = 'only the browser under the account of the job; sandbox and network namespace on';
  if (foreign.length > 0) return finding('fail', expected, facts);
  return finding(own && sandbox === 'on' && namespace === 'on' ? 'pass' : 'warn', expected, facts);
}

const HOSTS_LINE = /^\s*(#.*)?$|^\s*(127\.\d+\.\d+\.\d+|::1|fe00::|ff0[0-9]::)\S*\s+\S+/;

async function nameFiles(): Promise<Finding> {
  const paths = ['/etc/hosts', '/etc/nsswitch.conf', '/etc/resolv.conf'];
  const files = await Promise.all(paths.map(contents));
  const sum = digest(Buffer.concat(files.map((bytes) => bytes ?? Buffer.alloc(0))));
  const lines = (files[0] ?? Buffer.alloc(0)).toString('utf8').split('\n');
  const odd = lines.filter((line) => !HOSTS_LINE.test(line) && !isOwnName(line));
  const observed = `${paths.map((path, at) => `${path} ${files[at] ? digest(files[at]).slice(0, 16) : 'absent'}`).join('; ')}; ${odd.length} other lines in hosts`;
  return finding(odd.length === 0 ? 'pass' : 'fail', 'hosts names only this machine', observed, sum);
}

/** Container engines write the machine's own name and address into hosts. */
function isOwnName(line: string): boolean {
  const address = line.trim().split(/\s+/)[0] ?? '';
  return Object.values(networkInterfaces()).some((list) => list?.some((item) => item.address === address));
}

async function onlyOurEgress({ fresh, environment }: EnvironmentSubject): Promise<Finding> {
  const expected = 'no proxy variables; the browser reaches nothing but our egress';
  const variables = Object.keys(environment).filter((name) => /^(https?|all|ftp|socks)_proxy$/i.test(name) && environment[name]);
  const isolated = fresh.isolation.namespace === 'on';
  const way = isolated
    ? 'own network namespace with loopback only: direct connections fail'
    : 'by flags only: direct connections are not prevented by the kernel';
  const observed = `variables: ${variables.join(' ') || 'none'}; ${way}; egress answers: ${await egressAnswers(fresh)}`;
  // The browser is started with an environment of its own, so the variables do not reach it; they are told all the same.
  return finding(variables.length > 0 || !isolated ? 'warn' : 'pass', expected, observed);
}

/** With a namespace the listener cannot be reached from here, which is as it should be. */
function egressAnswers({ isolation, flags }: FreshBrowser): Promise<string> {
  const port = Number(/--proxy-server=http:\/\/127\.0\.0\.1:(\d+)/.exec(flags.join(' '))?.[1]);
  if (isolation.namespace === 'on') return Promise.resolve('inside the namespace');
  return new Promise((done) => {
    const socket = connect({ port, host: '127.0.0.1', timeout: 500 });
    const end = (text: string) => {
      socket.destroy();
      done(text);
    };
    socket.once('connect', () => end('yes'));
    socket.once('timeout', () => end('no'));
    socket.once('error', () => end('no'));
  });
}

const POLICIES = ['/etc/chromium/policies', '/etc/opt/chrome/policies', '/etc/chromium-browser/policies'];

async function trustAndPolicies(): Promise<Finding> {
  const bundle = await contents('/etc/ssl/certs/ca-certificates.crt');
  const local = (await readdir('/usr/local/share/ca-certificates').catch(() => [])).filter((name) => name.endsWith('.crt'));
  const policies: string[] = [];
  for (const root of POLICIES) {
    for (const part of ['managed', 'recommended']) {
      const names = await readdir(join(root, part)).catch(() => []);
      policies.push(...names.filter((name) => name.endsWith('.json')));
    }
  }
  const observed = `system bundle ${bundle ? digest(bundle).slice(0, 16) : 'absent'}; ${local.length} added authorities; ${policies.length} browser policies; profile has no certificate store of its own`;
  const sum = digest(JSON.stringify([bundle ? digest(bundle) : '', local, policies]));
  if (policies.length > 0) return finding('fail', 'no added authority, no browser policy', observed, sum);
  // Chromium trusts its own root store and the profile's; an authority added to the system is told, because other tools do trust it.
  return finding(local.length > 0 ? 'warn' : 'pass', 'no added authority, no browser policy', observed, sum);
}

async function interfaces(): Promise<Finding> {
  const route = await contents('/proc/net/route');
  const names = Object.entries(networkInterfaces()).map(
    ([name, list]) => `${name} ${(list ?? []).map(({ address }) => address).join(' ')}`,
  );
  return finding('pass', 'stated', names.join('; '), route ? digest(route) : null);
}

async function readClock({ settings, now }: EnvironmentSubject): Promise<ClockState> {
  const checkedAt = now().toISOString();
  const readings = (await Promise.all(settings.timeServers.map((server) => askTime(server, () => now().getTime())))).filter(
    (reading): reading is ClockReading => reading !== null,
  );
  if (readings.length < 2)
    return { status: 'unverified', source: readings.map(({ source }) => source), offsetMs: null, uncertaintyMs: null, checkedAt };
  const best = readings.reduce((a, b) => (a.uncertaintyMs <= b.uncertaintyMs ? a : b));
  const off = readings.some(({ offsetMs, uncertaintyMs }) => Math.abs(offsetMs) - uncertaintyMs > 1_000);
  return {
    status: off ? 'bad' : 'ok',
    source: readings.map(({ source }) => source),
    offsetMs: best.offsetMs,
    uncertaintyMs: best.uncertaintyMs,
    checkedAt,
  };
}

function clockFinding(clock: ClockState): Finding {
  const expected = 'two sources or more, offset within 1 s';
  if (clock.status === 'unverified')
    return finding('warn', expected, `${clock.source.length} sources answered; time of the system, not verified here`);
  const observed = `offset ${clock.offsetMs} ms ± ${clock.uncertaintyMs} ms from ${clock.source.join(' ')}`;
  return finding(clock.status === 'ok' ? 'pass' : 'fail', expected, observed);
}

async function roomOnDisk({ staging, jobBytes }: EnvironmentSubject, before: boolean): Promise<Finding> {
  const { bavail, bsize } = await statfs(staging);
  const free = bavail * bsize;
  const files = before ? await readdir(staging) : [];
  const observed = `${Math.floor(free / 1_048_576)} MiB free${before ? `, ${files.length} files in staging` : ''}`;
  const need = before ? 2 * jobBytes : 0;
  return finding(
    free >= need && files.length === 0 ? 'pass' : 'fail',
    `free ≥ ${Math.floor(need / 1_048_576)} MiB${before ? ', staging empty' : ''}`,
    observed,
  );
}

async function noSecondHand({ fresh, environment }: EnvironmentSubject): Promise<Finding> {
  const preloads = ['LD_PRELOAD', 'LD_LIBRARY_PATH', 'LD_AUDIT'].filter((name) => environment[name]);
  const preloadFile = ((await contents('/etc/ld.so.preload')) ?? '').toString().trim();
  const tracers = await Promise.all(
    [process.pid, fresh.pid].map(
      async (pid) => /^TracerPid:\s+(\d+)/m.exec((await contents(`/proc/${pid}/status`))?.toString() ?? '')?.[1] ?? '0',
    ),
  );
  const port = fresh.flags.some((flag) => flag.startsWith('--remote-debugging-port'));
  const traced = tracers.some((pid) => pid !== '0');
  const observed = `preload ${preloads.join(' ') || 'none'}${preloadFile ? '; ld.so.preload present' : ''}; tracer ${traced ? tracers.join(' ') : 'none'}; control by pipe${port ? ' and by port' : ' only'}`;
  const bad = preloadFile !== '' || traced || port || environment['LD_PRELOAD'] !== undefined;
  return finding(bad ? 'fail' : 'pass', 'no preload, no tracer, no second debugger', observed);
}

function presentation({ fresh, settings }: EnvironmentSubject): Finding {
  return finding('pass', 'stated', `${settings.locale}; ${settings.timezone}; ${fresh.program.label}; ${fresh.userAgent}`);
}
