import { lstat, readdir, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { FreshBrowser } from '../chromium/fresh-browser';
import { isStopping, MANDATORY } from '../domain/stopping-checks';
import type { ResolverSettings } from '../egress/resolver';
import type { Vantage } from '../egress/vantage';
import { controlPages, type ControlPage } from './control-pages';
import { digest, finding, na, SELF_TEST, type Check, type CheckResult, type Finding } from './finding';
import { nameFiles, trustAndPolicies } from './machine-files';
import { scannerReady, type Scanner } from './malware';
import { PRESENTATION, presentation } from './presentation';
import { noSecondHand, processList } from './processes';
import { releaseCheck, type ReleaseSettings } from './release';
import { askTime, type ClockReading } from './sntp';
import { compareResolvers, isByMachine } from './two-resolvers';
import { onlyOurEgress, wayOut } from './ways-out';

export type { Check, CheckResult };

/** Failed checks that stop the job unless an officer decides otherwise. The verdict is another question and knows the mandatory ones only. */
export function stoppingOf(checks: readonly Check[]): string[] {
  return [...new Set(checks.filter(({ id, result }) => result === 'fail' && isStopping(id)).map(({ id }) => id))].sort();
}

export interface EnvironmentSettings {
  /** Where the egress looks from; control pages are looked at from there too. */
  vantage: Vantage;
  timeServers: string[];
  release: ReleaseSettings;
  /** The rules by which the egress reaches a site; control pages are reached by the same. */
  rules: ResolverSettings;
  controlPages: ControlPage[];
  scanner: Scanner;
  /** SHA-256 of certificate files that the operator himself added to the system; none listed means that any added one is a warning only. */
  knownAuthorities: string[];
  timezone: string;
  locale: string;
}

export interface EnvironmentSubject {
  fresh: FreshBrowser;
  /** Address as ordered. No check sends anything to its host. */
  url: string;
  staging: string;
  jobBytes: number;
  settings: EnvironmentSettings;
  now: () => Date;
  environment: Readonly<Record<string, string | undefined>>;
  /** Where the machine's files begin; the empty text but for tests on a copy. */
  root?: string;
  /** When the page has the screen of its profile. */
  presented?: Promise<unknown>;
  /** E15 as this process knows it. */
  selfTest?: () => Promise<Finding>;
}

/** How the clock of the process that captures stands against its time servers. */
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

const LOOKED_BEFORE = 'looked at before the capture; not asked again';
const NO_SELF_TEST =
  'no self-test in this process; the capture process makes one at its start, `nms capture --self-test` when asked';

/** All checks at one moment. Only looks; changes nothing and sends nothing to the site that is captured. */
export async function runChecks(subject: EnvironmentSubject, before: boolean): Promise<{ checks: Check[]; clock: ClockState }> {
  const clock = await readClock(subject);
  const { fresh, settings, root = '', environment } = subject;
  const { rules, scanner, vantage } = settings;
  const table: [string, () => Promise<Finding> | Finding][] = [
    ['E01', async () => releaseCheck(await fresh.program.sha256(), settings.release)],
    ['E02', () => freshProfile(subject, before)],
    ['E03', () => processList(fresh)],
    ['E04', () => nameFiles(root, isByMachine(hostOf(subject.url), rules.servers, rules.hosts))],
    ['E05', () => onlyOurEgress(fresh, environment)],
    ['E06', () => trustAndPolicies(fresh, { root, knownAuthorities: settings.knownAuthorities })],
    [
      'E07',
      () => (before ? compareResolvers(hostOf(subject.url), rules.servers, rules.hosts) : na('two resolvers', LOOKED_BEFORE)),
    ],
    ['E08', () => wayOut(vantage)],
    [
      'E09',
      () =>
        before
          ? controlPages(settings.controlPages, subject.url, { rules, vantage, now: subject.now })
          : na('control pages', LOOKED_BEFORE),
    ],
    ['E10', () => clockFinding(clock)],
    [
      'E11',
      () => (before ? scannerReady(scanner) : na('malware scan', scanner ? 'made while packing' : 'no scanner configured')),
    ],
    ['E12', () => roomOnDisk(subject, before)],
    ['E13', () => noSecondHand(fresh, { root, environment })],
    // After the capture the page is the site's, and what it says of itself is worth nothing.
    ['E14', async () => (before ? (await subject.presented, presentation(fresh, settings)) : na(PRESENTATION, LOOKED_BEFORE))],
    ['E15', () => subject.selfTest?.() ?? na(SELF_TEST, NO_SELF_TEST)],
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

const REPEATED = ['E02', 'E03', 'E04', 'E05', 'E06', 'E10', 'E13'];

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
    ...finding(changed.length === 0 ? 'pass' : 'fail', 'E02-E06, E10, E13 as before', changed.join(' ') || 'unchanged'),
  };
}

const hostOf = (url: string) => (URL.canParse(url) ? new URL(url).hostname : '');

const LEFTOVERS = ['Cookies', 'Network/Cookies', 'Service Worker/Database', 'Login Data', 'Web Data', 'Cache'];
const EXTENSION_FLAGS = /^--(load-extension|disable-extensions-except|load-component-extension)=/;

/**
 * E02. Before: nothing in the profile. After: it is used, by this capture alone; still the same folder, and still without extensions.
 * The digest covers the folder's identity and the extensions, so that E16 sees an exchanged profile.
 */
async function freshProfile({ fresh }: EnvironmentSubject, before: boolean): Promise<Finding> {
  const expected = before
    ? 'profile made for this job; no extensions, cookies, cache, service workers'
    : 'the same profile; no extensions';
  const folder = join(fresh.folder, 'profile');
  const made = await lstat(folder, { bigint: true });
  const installed = await readdir(join(folder, 'Default', 'Extensions')).catch(() => []);
  const extensions = [...installed, ...fresh.flags.filter((flag) => EXTENSION_FLAGS.test(flag))];
  // A browser that died cannot be asked; its folder still can.
  const targets = await fresh.connection.send('Target.getTargets', undefined, { timeout: 3_000 }).catch(() => null);
  const cookies = before ? (await fresh.connection.send('Storage.getCookies')).cookies.length : 0;
  const strangers = (targets?.targetInfos ?? []).filter(
    ({ type, url }) => url.startsWith('chrome-extension:') || (before && type === 'service_worker'),
  );
  const filled = before ? await leftovers(folder) : [];
  const observed = [
    `made ${new Date(Number(made.birthtimeMs)).toISOString()}`,
    `${extensions.length} extensions${extensions.length > 0 ? ` (${extensions.join(' ')})` : ''}`,
    ...(before ? [`${cookies} cookies`, `older stores: ${filled.join(' ') || 'none'} of ${LEFTOVERS.length} kinds`] : []),
    `${strangers.length} workers`,
    ...(targets === null ? ['the browser no longer answers'] : []),
  ].join('; ');
  const old = fresh.startedAt.getTime() - Number(made.birthtimeMs) > 120_000;
  const clean = extensions.length + strangers.length + cookies + filled.length === 0 && !old;
  const sum = digest(JSON.stringify([String(made.ino), String(made.birthtimeNs), extensions]));
  return finding(clean ? 'pass' : 'fail', expected, observed, sum);
}

/** Stores older than the profile itself: brought from elsewhere. The browser makes empty ones of its own when it starts. */
async function leftovers(folder: string): Promise<string[]> {
  const { birthtimeMs } = await lstat(folder);
  const found = await Promise.all(
    LEFTOVERS.map(async (name) => {
      const file = await lstat(join(folder, 'Default', name)).catch(() => null);
      return file && file.mtimeMs < birthtimeMs - 1_000 ? name : '';
    }),
  );
  return found.filter(Boolean);
}

/** The clock against its servers. One that was not heard is asked once more: a lost packet is no drift. */
export async function readClock({
  settings,
  now,
}: {
  settings: { timeServers: string[] };
  now: () => Date;
}): Promise<ClockState> {
  const checkedAt = now().toISOString();
  const ask = async (server: string) => (await askTime(server, () => now().getTime())) ?? askTime(server, () => now().getTime());
  const readings = (await Promise.all(settings.timeServers.map(ask))).filter(
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

export function clockFinding(clock: ClockState): Finding {
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
