import { randomInt } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chown, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import puppeteer, { CDPSessionEvent, type Browser, type CDPSession, type Connection, type Protocol } from 'puppeteer';
import { machine } from '../capture.config';
import { EgressProxy } from '../egress/proxy';
import { BOUNDS, confine } from './confine';
import { findBrowser, type BrowserProgram } from './executable';
import type { Studio } from './film';
import { fontsDigest } from './fonts';
import { type DirectTry, makeBrowserNetwork, onPath } from './namespace';
import { liveProcesses, processesOf, procText } from './proc';

/** What kept this browser apart from the machine; stands in `record/environment.json` as it was, never as it should have been. */
export interface Isolation {
  /** Account the browser ran under; every job has its own, so its processes are known by it. */
  uid: number;
  sandbox: 'on' | 'off';
  sandboxReason: string;
  namespace: 'on' | 'off';
  namespaceReason: string;
  /** Bounds of memory, processor and processes that were in force, and by what means. */
  limits: string;
}

export interface BrowserSettings {
  chromiumPath: string | null;
  locale: string;
  timezone: string;
  /** Memory of all its processes; bound by the kernel where the machine permits it, else watched. */
  memoryBytes?: number;
  /** Stated in the manifest like the others; for fixture servers in tests. */
  furtherFlags?: string[];
}

/** A started browser that has seen nothing yet. Used for one capture, then ended with everything it started. */
export interface FreshBrowser {
  program: BrowserProgram;
  /** Of all fonts it can draw with, as they were when it started; null when there are none. */
  fontsSha256: string | null;
  browser: Browser;
  connection: Connection;
  /** Sessions that were attached so far, the first page's among them. */
  sessions: CDPSession[];
  /** The session of the empty page in which the capture happens. */
  page: CDPSession;
  proxy: EgressProxy;
  /** Where the film is drawn, when it was made ready ahead of need; else it is made when the film is. */
  studio: Studio | null;
  isolation: Isolation;
  /** What came of trying to go round our proxy from inside its namespace; null without one. */
  direct: DirectTry | null;
  flags: string[];
  userAgent: string;
  folder: string;
  keylogPath: string;
  pid: number;
  startedAt: Date;
  /** Ends the processes at once and nothing else. */
  kill(): void;
  end(): Promise<void>;
}

// From the range that systemd keeps for accounts that exist only while a service runs.
const FIRST_UID = 61_184;
const LAST_UID = 65_519;
/** By then what was killed is gone, however busy the machine; longer waits only who is held up by the kernel itself. */
const EMPTY_WITHIN_MS = 10_000;

/** A folder of this process' own for a time. Its name tells whose it is, so that what a killed process left can be told from what is in use. */
export function temporaryFolder(purpose: 'capture' | 'self-test'): Promise<string> {
  return mkdtemp(join(tmpdir(), `nms-${purpose}-${process.pid}-`));
}

/**
 * For the start of a capture process: ends the browsers and removes the profiles and self-tests that one left which was killed. A folder whose
 * process lives is left alone.
 */
export async function clearLeftovers(): Promise<void> {
  const folders = (await readdir(tmpdir())).flatMap((name) => {
    const owner = Number(/^nms-(?:capture|self-test)-(\d+)-/.exec(name)?.[1] ?? 0);
    return owner > 0 ? [{ folder: join(tmpdir(), name), isLeft: !existsSync(`/proc/${owner}`) }] : [];
  });
  const owned = await Promise.all(folders.map(async (each) => ({ ...each, account: await accountOf(each.folder) })));
  // By chance another capture process may have taken the account again meanwhile.
  const inUse = new Set(owned.flatMap(({ isLeft, account }) => (isLeft ? [] : [account])));
  for (const { folder, account } of owned.filter(({ isLeft }) => isLeft)) {
    const gone = account !== null && !inUse.has(account) ? account : null;
    // A browser ends by itself when nobody commands it any more, unless it hangs.
    for (const { pid, uid } of liveProcesses())
      if (uid === gone || procText(`/proc/${pid}/cmdline`).includes(`${folder}/`)) kill(pid);
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  }
}

/** The account of one job, who owns its folder; null where the job had none of its own. */
async function accountOf(folder: string): Promise<number | null> {
  const found = await stat(folder).catch(() => null);
  return found && found.uid >= FIRST_UID && found.uid <= LAST_UID ? found.uid : null;
}

export function userAgentOf(version: string, mobile = false): string {
  const major = version.split('.')[0];
  return `Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${major}.0.0.0 ${mobile ? 'Mobile ' : ''}Safari/537.36`;
}

/** One under which nothing runs: whoever ends a browser ends all that runs under its account. */
function freeAccount(): number {
  const taken = new Set(liveProcesses().map(({ uid }) => uid));
  for (;;) {
    const uid = randomInt(FIRST_UID, LAST_UID + 1);
    if (!taken.has(uid)) return uid;
  }
}

export async function startBrowser(settings: BrowserSettings, now: () => Date): Promise<FreshBrowser> {
  const root = process.getuid?.() === 0;
  const uid = root && onPath('setpriv') ? freeAccount() : (process.getuid?.() ?? 0);
  const proxy = new EgressProxy(now);
  const [program, network, folder, confinement, fontsSha256] = await Promise.all([
    findBrowser(settings.chromiumPath),
    makeBrowserNetwork(),
    workFolder(uid),
    confine({ ...BOUNDS, memoryBytes: settings.memoryBytes ?? BOUNDS.memoryBytes }),
    // A font that cannot be read is one more thing that a manifest does not say; it is no reason to capture nothing.
    fontsDigest().catch(() => null),
  ]);
  const isolated = !('refused' in network);
  const port = await proxy.listen(isolated ? network.listener : undefined);
  const userAgent = userAgentOf(program.version);
  const keylogPath = join(folder, 'profile', 'keylog.txt');
  const launch = async (sandbox: boolean) => {
    const wrapper = join(folder, 'start');
    const enter = isolated ? `nsenter --net=${network.path} ` : '';
    const drop = root && uid !== 0 ? `setpriv --reuid=${uid} --regid=${uid} --clear-groups --no-new-privs ` : '';
    await writeFile(
      wrapper,
      `#!/bin/sh\n${confinement.before}exec ${enter}${confinement.prefix}${drop}"${program.path}" "$@"\n`,
      { mode: 0o755 },
    );
    return puppeteer.launch({
      executablePath: wrapper,
      headless: program.shell ? 'shell' : true,
      pipe: true,
      userDataDir: join(folder, 'profile'),
      defaultViewport: null,
      // Windows that the page asks for do open (`--disable-popup-blocking` stays): the recorder keeps each as a page of its own.
      ignoreDefaultArgs: ['--enable-automation'],
      timeout: 30_000,
      protocolTimeout: 0,
      handleSIGINT: false,
      handleSIGTERM: false,
      handleSIGHUP: false,
      env: environmentOf(join(folder, 'profile'), settings, keylogPath),
      args: [...flagsOf(port, userAgent, settings), ...(settings.furtherFlags ?? []), ...(sandbox ? [] : ['--no-sandbox'])],
    });
  };
  const isolation: Isolation = {
    uid,
    sandbox: 'on',
    sandboxReason: '',
    namespace: isolated ? 'on' : 'off',
    namespaceReason: isolated ? '' : network.refused,
    limits: confinement.told,
  };
  let browser: Browser;
  try {
    browser = await startWithSandbox(launch, isolation, root && uid === 0);
  } catch (error) {
    await proxy.close();
    await confinement.release();
    await rm(folder, { recursive: true, force: true });
    throw error;
  } finally {
    if (isolated) network.release();
  }
  const pid = browser.process()?.pid ?? 0;
  const end = async () => {
    await endBrowser(browser, proxy, folder, pid, root && uid !== 0 ? uid : null);
    await confinement.release();
  };
  const { connection, sessions, page } = await firstPage(browser).catch(async (error: unknown) => {
    await end();
    throw error;
  });
  return {
    program,
    fontsSha256,
    browser,
    connection,
    sessions,
    page,
    proxy,
    studio: null,
    isolation,
    direct: isolated ? network.direct : null,
    flags: browser.process()?.spawnargs.slice(1) ?? [],
    userAgent,
    folder,
    keylogPath,
    pid,
    startedAt: now(),
    kill: () => kill(-pid),
    end,
  };
}

/** A page whose session we knew from its first moment; the one that the browser came with is closed. */
async function firstPage(browser: Browser): Promise<Pick<FreshBrowser, 'connection' | 'sessions' | 'page'>> {
  const root = await browser.target().createCDPSession();
  const connection = root.connection();
  if (!connection) throw new TypeError('the browser closed its connection');
  const sessions: CDPSession[] = [];
  const types = new Map<string, string>();
  const attached = ({ sessionId, targetInfo }: Protocol.Target.AttachedToTargetEvent) => types.set(sessionId, targetInfo.type);
  connection.on('Target.attachedToTarget', attached);
  connection.on(CDPSessionEvent.SessionAttached, (session: CDPSession) => {
    sessions.push(session);
    session.on('Target.attachedToTarget', attached);
  });
  const old = await browser.pages();
  await browser.newPage();
  const page = sessions.find((session) => types.get(session.id()) === 'page');
  if (!page) throw new TypeError('the browser did not announce its page');
  await Promise.all(old.map((other) => other.close()));
  await page.send('Page.bringToFront');
  return { connection, sessions, page };
}

async function startWithSandbox(
  launch: (sandbox: boolean) => Promise<Browser>,
  isolation: Isolation,
  asRoot: boolean,
): Promise<Browser> {
  if (asRoot) {
    isolation.sandbox = 'off';
    isolation.sandboxReason = 'root without setpriv: the browser refuses its sandbox';
    return launch(false);
  }
  try {
    return await launch(true);
  } catch (error) {
    isolation.sandbox = 'off';
    isolation.sandboxReason = `the browser did not start with it: ${String(error).split('\n')[0]?.slice(0, 200)}`;
    return launch(false);
  }
}

async function workFolder(uid: number): Promise<string> {
  const folder = await temporaryFolder('capture');
  const profile = join(folder, 'profile');
  await mkdir(profile, { mode: 0o700 });
  if (process.getuid?.() === 0) await Promise.all([chown(folder, uid, uid), chown(profile, uid, uid)]);
  return folder;
}

function flagsOf(port: number, userAgent: string, { locale }: BrowserSettings): string[] {
  return [
    `--proxy-server=http://127.0.0.1:${port}`,
    // Chromium goes round every proxy for its own machine unless told not to.
    '--proxy-bypass-list=<-loopback>',
    '--disable-quic',
    '--force-webrtc-ip-handling-policy=disable_non_proxied_udp',
    '--webrtc-ip-handling-policy=disable_non_proxied_udp',
    '--disable-blink-features=AutomationControlled',
    '--disable-features=DnsOverHttps,AsyncDns,NetworkPrediction,PreconnectToSearch,SafeBrowsing,AutofillServerCommunication,CertificateTransparencyComponentUpdater',
    '--disable-domain-reliability',
    '--no-pings',
    '--deny-permission-prompts',
    '--hide-scrollbars',
    '--mute-audio',
    '--window-size=1366,900',
    `--user-agent=${userAgent}`,
    `--lang=${locale}`,
    `--accept-lang=${locale},${locale.split('-')[0]}`,
  ];
}

function environmentOf(home: string, { locale, timezone }: BrowserSettings, keylogPath: string): Record<string, string> {
  const fonts = machine.fontconfig();
  return {
    PATH: machine.path(),
    HOME: home,
    TMPDIR: home,
    LANG: `${locale.replace('-', '_')}.UTF-8`,
    LANGUAGE: locale.replace('-', '_'),
    TZ: timezone,
    SSLKEYLOGFILE: keylogPath,
    ...(fonts ? { FONTCONFIG_FILE: fonts } : {}),
  };
}

async function endBrowser(browser: Browser, proxy: EgressProxy, folder: string, pid: number, uid: number | null): Promise<void> {
  kill(-pid);
  kill(pid);
  await Promise.all([proxy.close(), browser.close().catch(() => undefined), uid === null ? undefined : emptyAccount(uid)]);
  await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
}

/** A killed process takes a moment to go and may have begun another one before: again until the account has none, or somebody is in the way of it. */
async function emptyAccount(uid: number): Promise<void> {
  for (const end = performance.now() + EMPTY_WITHIN_MS; performance.now() < end; await pause(20)) {
    const left = processesOf(uid);
    if (left.length === 0) return;
    for (const pid of left) kill(pid);
  }
}

function kill(pid: number): void {
  if (Math.abs(pid) < 2) return;
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Already gone, which is what was wanted.
  }
}
