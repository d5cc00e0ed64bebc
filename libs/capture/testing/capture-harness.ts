import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { SystemClock, type Clock } from '../../kernel';
import { generateKey, type NoteKey } from '../../proof';
import { captureConfig, type CaptureConfig } from '../capture.config';
import { capturePage, type CaptureDeps } from '../capture-page';
import { startBrowser, type FreshBrowser } from '../chromium/fresh-browser';
import { processesOf } from '../chromium/proc';
import type { InteractiveSession } from '../interactive/interactive-session';
import type { CaptureOrder, CaptureResult, Limits, Profile, ProgressLine } from '../domain/capture-order';
import { TRUST_FLAG } from './fixture-certificate';

export interface Captured {
  result: CaptureResult;
  folder: string;
  progress: ProgressLine[];
  ms: number;
  read(path: string): Buffer;
  text(path: string): string;
  lines<T = Record<string, unknown>>(path: string): T[];
}

export interface CaptureOptions {
  allow?: string[];
  config?: Partial<CaptureConfig>;
  limits?: Partial<Limits>;
  profile?: Profile;
  /** Name of the vantage point, one of `CAPTURE_VANTAGES`. */
  vantage?: string;
  order?: Partial<CaptureOrder>;
  /** Leaves the fixture's certificate unknown to the browser. */
  distrust?: boolean;
  /** Further words for the browser. */
  flags?: string[];
  clock?: Clock;
  deps?: Pick<CaptureDeps, 'selfTest' | 'machineRoot' | 'variables'>;
  /** Called with the browser before anything is done with it. */
  onBrowser?: (fresh: FreshBrowser) => void | Promise<void>;
  /** The officer's hand on the page. */
  interactive?: InteractiveSession;
  /** Called with each step, for tests that interfere at a certain one. */
  onProgress?: (line: ProgressLine, pid: number) => void;
}

/** Captures as the capture process does, each time with a browser of its own, into a folder that `cleanUp` removes. */
export class CaptureHarness {
  readonly key: NoteKey = generateKey('test.example/worker-1');
  readonly folder = mkdtempSync(join(tmpdir(), 'capture-test-'));
  /** Names of the browsers' own folders, to see that they are gone. */
  readonly workFolders = new Set<string>();
  private readonly accounts = new Set<number>();
  private count = 0;

  async capture(
    url: string,
    {
      allow = [],
      config = {},
      limits,
      profile = 'desktop',
      vantage,
      order = {},
      distrust = false,
      flags = [],
      clock = new SystemClock(),
      deps = {},
      onBrowser,
      interactive,
      onProgress,
    }: CaptureOptions = {},
  ): Promise<Captured> {
    const machineClock = new SystemClock();
    const settings = {
      ...captureConfig.read({ CHROMIUM_PATH: process.env['CHROMIUM_PATH'] }),
      EGRESS_ALLOW_NET: allow,
      ...config,
    };
    const given = anOrder(url, { profile, vantage, n: (this.count += 1), ...(limits ? { limits } : {}), ...order });
    const progress: ProgressLine[] = [];
    let pid = 0;
    const began = performance.now();
    const result = await capturePage(given, {
      ...deps,
      stagingDir: this.folder,
      takeBrowser: async () => {
        const browser = {
          chromiumPath: settings.CHROMIUM_PATH ?? null,
          locale: 'zh-CN',
          timezone: 'Asia/Shanghai',
          furtherFlags: [...(distrust ? [] : [TRUST_FLAG]), ...flags],
        };
        const fresh = await startBrowser(browser, () => machineClock.now());
        pid = fresh.pid;
        await onBrowser?.(fresh);
        this.workFolders.add(basename(fresh.folder));
        this.accounts.add(fresh.isolation.uid);
        return fresh;
      },
      signers: [this.key],
      config: settings,
      clock,
      ...(interactive && { interactive }),
      progress: (line) => {
        progress.push(line);
        onProgress?.(line, pid);
      },
    });
    const folder = join(this.folder, given.packageId);
    const read = (path: string) => readFileSync(join(folder, path));
    return {
      result,
      folder,
      progress,
      ms: performance.now() - began,
      read,
      text: (path) => read(path).toString('utf8'),
      lines: <T>(path: string) =>
        read(path)
          .toString('utf8')
          .split('\n')
          .filter(Boolean)
          .map((line) => JSON.parse(line) as T),
    };
  }

  /** Processes that still run under the account of any job; none can be told when jobs have no account of their own. */
  leftoverProcesses(): number[] {
    const own = [...this.accounts].filter((uid) => uid !== process.getuid?.());
    return own.flatMap(processesOf);
  }

  cleanUp(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

const OFFICERS = ['甲', '乙'].map((name, at) => ({
  name: `办案人员${name}`,
  certificate: `3600000${at}`,
  role: 'officer' as const,
  account: `officer-${at}`,
}));

export function anOrder(
  url: string,
  {
    profile = 'desktop',
    vantage,
    n = 1,
    ...rest
  }: Partial<CaptureOrder> & { profile?: Profile; vantage?: string; n?: number } = {},
): CaptureOrder {
  const packageId = `ev_01JD8${String(n).padStart(5, '0')}${randomBytes(8).toString('hex').toUpperCase()}`;
  return {
    packageId,
    number: `测证〔2026〕${n}号`,
    kind: 'web_capture',
    entrySha256: '0'.repeat(64),
    factToProve: '网页当时的内容',
    agency: { division: '360000', name: '测试局', ledger: 'test.example/evidence/2026' },
    place: '办公室',
    request: {
      v: 1,
      id: packageId,
      jobId: `job-${n}`,
      url,
      purpose: '检查',
      profile,
      ...(vantage !== undefined && { vantage }),
      caseRef: '案〔2026〕1号',
      clue: null,
      factToProve: '网页当时的内容',
      makers: OFFICERS,
      place: '办公室',
      requestedAt: '2026-11-22T01:00:00.000Z',
      nonce: '00112233445566778899aabbccddeeff',
    },
    ...rest,
  };
}
