import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CDPSession, Protocol } from 'puppeteer';
import type { Clock } from '../kernel';
import type { NoteSigner } from '../proof';
import { firstView } from './chromium/artefacts';
import type { FreshBrowser } from './chromium/fresh-browser';
import { watchMemory } from './chromium/memory';
import { Aside, quietMoment, scrollThrough, settle, stateOf, type PageState } from './chromium/page-acts';
import { Recorder, type LimitName } from './chromium/recorder';
import { SiteCertificates } from './chromium/site-certificates';
import { ActFilm, type Developed } from './act-film';
import type { CaptureConfig } from './capture.config';
import { machine } from './capture.config';
import { refusalOfAddress } from './domain/address';
import { LIMITS, type CaptureOrder, type CaptureResult, type Limits, type ProgressLine } from './domain/capture-order';
import { pageKind, type PageKind, type PageSigns } from './domain/page-kind';
import type { EgressRules } from './egress/proxy';
import { EgressResolver } from './egress/resolver';
import type { Vantage } from './egress/vantage';
import { WireRecord } from './egress/wire';
import { runChecks, stoppingOf, unchanged, verdictOf, type Check, type ClockState, type Verdict } from './environment/checks';
import type { SelfTest } from './environment/finding';
import { writePackage, type Navigation, type PackageInput } from './records/package';
import { takePopups } from './popup-copies';
import { MainDocument } from './main-document';
import { writeObservation } from './observation';
import { agentOf, identityOf, present, VIEWPORTS } from './profile';
import { reasonOf, takeCopies, type Copy, type CopyTerms } from './page-copies';
import { environmentOf, rulesOf, vantageOf } from './setup';
import type { InteractiveSession } from './interactive/interactive-session';
import { Staging } from './records/staging';
import type { NamedResource } from './records/warc';

export interface CaptureDeps {
  /** The package is written to `<stagingDir>/<packageId>`. */
  stagingDir: string;
  /** Hands out a browser that nobody has used; the capture ends it. */
  takeBrowser(): Promise<FreshBrowser>;
  signers: NoteSigner[];
  config: CaptureConfig;
  clock: Clock;
  /** E15; without it the check answers `na`. */
  selfTest?: SelfTest;
  /** For tests of the environment check: a copy of the machine's files, and other variables than this process has. */
  machineRoot?: string;
  variables?: Readonly<Record<string, string | undefined>>;
  progress?: (line: ProgressLine) => void;
  /** An officer's hand on the page before the copies; then nothing of `wire/` is kept, because it could not be redacted. */
  interactive?: InteractiveSession;
}

/** Text that a script brings this long after `load` is still caught; measured shops need 2.5 s. */
const DOWNLOAD_NEWS_MS = 1_000;
const LATE_TEXT_MS = 2_700;
const QUIET_MS = 500;
/** What watches the scrolling (a bar that comes back) has acted by then. */
const BACK_AT_TOP_MS = 200;
/** A page that is still busy so long after `load` will not become quiet: it is taken as it is. */
const BUSY_MS = 5_500;
const FIRST_VIEW_MS = 25_000;
/** Environment, packaging and signing need this much of the job's time. */
const RESERVE_MS = 10_000;

/** What cannot be redacted is not made under an officer's hand: raw bytes, and a film or live pictures that others may see. */
const UNREDACTABLE = { CAPTURE_WIRE: false, CAPTURE_VIDEO: false };

/** One capture from the typed address to a signed staging folder. Never throws for what a site does. */
export async function capturePage(order: CaptureOrder, deps: CaptureDeps): Promise<CaptureResult> {
  const kept = deps.interactive ? { ...deps, config: { ...deps.config, ...UNREDACTABLE } } : deps;
  return new PageCapture(order, kept).run();
}

const SIGNS = `({ title: document.title, url: location.href, text: document.body ? document.body.innerText.slice(0, 5000) : '',
  hosts: [...document.querySelectorAll('iframe[src], script[src]')].map((element) => { try { return new URL(element.src).hostname } catch { return '' } }),
  passwordFields: document.querySelectorAll('input[type=password]').length })`;

/** Why a capture has no package. */
class Ended extends Error {
  constructor(
    readonly outcome: 'refused' | 'failed',
    readonly reason: string,
  ) {
    super(reason);
  }
}

export interface TimelineLine {
  at: string;
  mono: number;
  step: string;
  detail: string;
}

class PageCapture {
  private readonly startedAt: Date;
  private readonly started = performance.now();
  private readonly limits: Limits;
  private readonly rules: Omit<EgressRules, 'vantage'>;
  private readonly vantage: Vantage | null;
  private readonly staging: Staging;
  private readonly timeline: TimelineLine[] = [];
  private readonly reached = new Set<string>();
  private readonly resources: NamedResource[] = [];
  private fresh: FreshBrowser | null = null;
  private recorder: Recorder | null = null;
  private session: CDPSession | null = null;
  private main: MainDocument | null = null;
  private frameId = '';
  private wire: WireRecord | null = null;
  private resolver: EgressResolver;
  private before: Check[] = [];
  private after: Check[] = [];
  private clockState: ClockState | null = null;
  private loadingStopped = false;
  /** The job's time is over: its browser is dead, and what was made until then is packed. */
  private expired = false;
  private buried: Promise<void> | null = null;
  private refusedMain = '';
  private readonly film: ActFilm;
  private pageStarted = this.started;

  constructor(
    private readonly order: CaptureOrder,
    private readonly deps: CaptureDeps,
  ) {
    const { config } = deps;
    this.startedAt = deps.clock.now();
    this.limits = { ...LIMITS, ...limitsOf(config), ...order.limits };
    this.vantage = vantageOf(config, order.request.vantage);
    this.rules = {
      ...rulesOf(config),
      bodyBytes: this.limits.bodyBytes,
      totalBytes: this.limits.totalBytes,
    };
    this.resolver = new EgressResolver(this.rules, () => deps.clock.now());
    this.staging = new Staging(join(deps.stagingDir, order.packageId), deps.interactive?.redactor);
    this.film = new ActFilm(order, {
      on: config.CAPTURE_VIDEO,
      timezone: config.CAPTURE_TIMEZONE,
      now: () => deps.clock.now(),
      progress: (line) => deps.progress?.(line),
    });
  }

  async run(): Promise<CaptureResult> {
    try {
      await mkdir(this.staging.root, { recursive: true });
      if ((await readdir(this.staging.root)).length > 0) return await this.ended(new Ended('failed', 'stagingNotEmpty'), false);
      // Asked for by who ordered the capture, before this process heard of it.
      this.step('token.before', this.order.tokenBefore ?? 'none: nobody was asked');
      await this.admit();
      await this.prepare();
      await this.load();
      await this.record();
      return await this.fix();
    } catch (error) {
      return await this.ended(error instanceof Ended ? error : new Ended('failed', failureOf(error)), true);
    } finally {
      // The package does not wait for the burial, but nothing of the job outlives the answer either.
      await (this.buried ?? this.fresh?.end());
    }
  }

  /** By form and by name, before any browser knows the address. */
  private async admit(): Promise<void> {
    const { url, vantage } = this.order.request;
    const malformed = refusalOfAddress(url);
    if (malformed) throw new Ended('refused', malformed);
    if (!this.vantage) throw new Ended('failed', `vantage ${vantage}: not one of this capture process`);
    const { hostname, port, protocol } = new URL(url);
    const resolution = await this.resolver.resolve(hostname, Number(port) || (protocol === 'https:' ? 443 : 80));
    if ('refused' in resolution) throw new Ended('refused', resolution.refused);
    if ('failed' in resolution) throw new Ended('failed', resolution.failed);
  }

  private async prepare(): Promise<void> {
    const { clock, config } = this.deps;
    const { profile } = this.order.request;
    const vantage = this.vantage as Vantage;
    const fresh = (this.fresh = await this.deps.takeBrowser().catch((error: unknown) => {
      throw new Ended('failed', `browserNotStarted: ${reasonOf(error)}`);
    }));
    this.step('launch', `${fresh.program.label}, pid ${fresh.pid}, sandbox ${fresh.isolation.sandbox}`);
    const session = fresh.page;
    this.session = session;
    const subject = this.subject();
    const presented = present(session, profile);
    const [{ checks, clock: state }, tree] = await Promise.all([
      runChecks({ ...subject, presented: presented.catch(() => undefined) }, true),
      session.send('Page.getFrameTree'),
      presented,
    ]);
    this.before = checks;
    this.clockState = state;
    this.frameId = tree.frameTree.frame.id;
    const verdict = verdictOf(checks);
    this.step('env.before', [verdict.verdict, ...verdict.failed].join(' '));
    const stopping = stoppingOf(checks);
    if (stopping.length > 0 && !this.order.override) throw new Ended('failed', `environment: ${stopping.join(' ')}`);
    const wire = (this.wire = new WireRecord(() => clock.now().getTime(), this.limits.totalBytes * 2));
    if (config.CAPTURE_WIRE) {
      await mkdir(join(this.staging.root, 'wire'));
      wire.open(join(this.staging.root, 'wire', 'capture.pcap'));
    }
    const asked = this.resolver;
    this.resolver = fresh.proxy.open({ ...this.rules, vantage }, wire);
    this.resolver.records.push(...asked.records);
    const recorder = (this.recorder = new Recorder(
      fresh,
      this.limits,
      () => clock.now(),
      identityOf(profile, fresh, config.CAPTURE_LOCALE),
      new SiteCertificates(this.order.request.tlsOverride !== undefined),
    ));
    this.main = new MainDocument(recorder, fresh.proxy, this.frameId);
    recorder.onLimit = (name) => this.limit(name);
    recorder.onMainRedirect = (url) => this.mainRedirect(url);
    fresh.proxy.onTotalBytes = () => this.limit('totalBytes');
    await recorder.start(session, this.frameId);
    recorder.certificates.onError = (host, code) =>
      this.step('certificate', `${host} ${code}, passed over as an officer decided`);
    this.film.begin(session, this.frameId, fresh, checks, [verdict.verdict, ...verdict.failed].join(' '));
  }

  private async load(): Promise<void> {
    const { session, recorder, main } = this.ready();
    const { url } = this.order.request;
    const deadline = performance.now() + Math.min(this.limits.pageMs, this.remaining() - RESERVE_MS);
    this.step('goto', url);
    let navigated: Protocol.Page.NavigateResponse | { errorText: string } | null = null;
    session.send('Page.navigate', { url }, { timeout: 0 }).then(
      (answer) => (navigated = answer),
      (error: unknown) => (navigated = { errorText: reasonOf(error) }),
    );
    for (;;) {
      const error = (navigated as { errorText?: string } | null)?.errorText;
      if (error) await this.navigationFailed(error);
      this.checkMain();
      if (navigated && recorder.mainLoadedAt > 0) break;
      if (performance.now() > deadline) {
        this.limit('pageMs');
        break;
      }
      if (this.loadingStopped) break;
      await pause(20);
    }
    if (!main.answered()) throw new Ended('failed', 'noAnswerInTime');
    this.step('dom', recorder.mainLoadedAt > 0 ? 'load' : 'loading stopped');
  }

  private async navigationFailed(error: string): Promise<never> {
    const { recorder, main } = this.ready();
    const [refusal] = main.refusals();
    if (refusal) throw new Ended('refused', refusal);
    // An address that is a file aborts the navigation; word of the download may come a moment after that.
    for (let waited = 0; /ERR_ABORTED/.test(error) && recorder.downloads.length === 0 && waited < DOWNLOAD_NEWS_MS; waited += 20)
      await pause(20);
    if (recorder.downloads.length > 0) throw new Ended('failed', 'download: the address is a file to be saved, not a page');
    throw new Ended('failed', main.failure() ?? main.tunnelFailure() ?? error);
  }

  private mainRedirect(url: string): void {
    this.step('redirect', url);
    this.refusedMain ||= refusalOfAddress(url) ?? '';
  }

  private checkMain(): void {
    const { recorder, fresh, main } = this.ready();
    if (this.refusedMain) throw new Ended('refused', this.refusedMain);
    const unwritten = this.staging.fault ?? this.wire?.fault;
    if (unwritten) throw unwritten;
    const [refusal] = main.refusals();
    if (refusal && refusal !== 'loadingStopped') throw new Ended('refused', refusal);
    const failure = main.failure();
    if (failure) throw new Ended('failed', failure);
    if (this.expired) return;
    if (recorder.mainCrashed) throw new Ended('failed', 'pageCrashed');
    if (!fresh.browser.connected) throw new Ended('failed', 'browserCrashed');
  }

  private async record(): Promise<void> {
    const { session, recorder, fresh } = this.ready();
    const stopWatch = watchMemory(fresh, this.limits.memoryBytes, () => this.limit('memoryBytes'));
    const aside = new Aside(session, this.frameId);
    const alarm = setTimeout(() => this.expire(fresh), Math.max(0, this.remaining() - RESERVE_MS / 2));
    let copies: Copy[] = [];
    try {
      if (this.deps.interactive) await this.underHand(this.deps.interactive);
      if (this.loadingStopped) await this.endScripts();
      await this.firstView(session);
      if (!(await this.lookThrough(aside, recorder))) await this.endScripts();
      this.checkMain();
      this.film.pause();
      if (recorder.popups.all.length > 0) await recorder.mainToFront();
      const before = await this.stateNow(aside);
      copies = await takeCopies(session, aside, this.terms());
      // While the copies were made, late text may have come. A page that waits for nothing has lost no time by this.
      if (before !== null && (await this.changedSince(before, aside, recorder))) {
        this.step('snapshot', 'the page changed, all copies are taken again');
        copies = await takeCopies(session, aside, this.terms());
      }
      await this.titleOf(aside);
      copies.push(...(await takePopups(recorder, this.terms())));
      this.checkMain();
    } finally {
      clearTimeout(alarm);
      stopWatch();
      for (const copy of copies) this.keep(copy);
    }
  }

  /** Lends the page to the officer. What is recorded afterwards is the page as he left it. */
  private async underHand(interactive: InteractiveSession): Promise<void> {
    const { session, recorder, fresh, main } = this.ready();
    const later: CDPSession[] = [];
    fresh.connection.on('sessionattached' as never, ((attached: CDPSession) => later.push(attached)) as never);
    const outcome = await interactive.drive({
      session,
      sessions: () => [...new Set([...fresh.sessions, ...later])],
      recorder,
      wire: fresh.proxy.exchanges,
      viewport: VIEWPORTS[this.order.request.profile],
      now: () => this.deps.clock.now(),
      step: (step, detail) => this.step(step, detail),
      over: () => (this.loadingStopped || this.expired || recorder.mainCrashed || !fresh.browser.connected ? 'over' : ''),
    });
    if (outcome === 'total') this.reached.add('sessionMs');
    else if (outcome !== 'taken' && outcome !== 'limit') throw new Ended('failed', `session.${outcome}`);
    // From here on the page is judged and timed as one that has just been opened.
    this.pageStarted = performance.now();
    main.leaveBehind();
  }

  private async firstView(session: CDPSession): Promise<void> {
    const path = 'content/screen/first.png';
    const copy = { path, at: this.deps.clock.now() };
    // A window may have taken the front, and what is behind is not drawn.
    if (this.recorder && this.recorder.popups.all.length > 0) await this.recorder.mainToFront();
    try {
      this.keep({
        ...copy,
        content: await firstView(session, Math.max(1_000, this.timeLeft(FIRST_VIEW_MS) ?? 0)),
        picture: true,
      });
      this.step('screen 0', path);
    } catch (error) {
      this.checkMain();
      this.keep({ ...copy, content: null, reason: reasonOf(error) });
    }
  }

  private terms(): CopyTerms {
    return {
      scale: VIEWPORTS[this.order.request.profile].deviceScaleFactor,
      heightPx: this.limits.heightPx,
      now: () => this.deps.clock.now(),
      timeLeft: (most) => this.timeLeft(most),
      check: () => this.checkMain(),
      step: (step, detail) => this.step(step, detail),
      tooHigh: () => void this.reached.add('heightPx'),
      tooMany: () => void this.reached.add('popups'),
    };
  }

  private timeLeft(most: number): number | null {
    if (this.expired || this.remaining() < RESERVE_MS) {
      this.reached.add('jobMs');
      return null;
    }
    return Math.max(1_000, Math.min(most, this.remaining() - RESERVE_MS / 2));
  }

  private keep({ path, at, content, reason, picture }: Copy): void {
    if (content === null) return this.staging.tell(path, 'failed', reason);
    this.staging.put(path, content);
    if (!picture || typeof content === 'string') return;
    this.resources.push({ uri: `urn:view:${this.resources.length}`, mediaType: 'image/png', at, bytes: content });
    this.deps.progress?.({ type: 'picture', path });
  }

  private stateNow(aside: Aside): Promise<PageState | null> {
    return this.loadingStopped ? Promise.resolve(null) : stateOf(aside).catch(() => null);
  }

  /** Watches until late text can be ruled out; true when the page is not what was copied. */
  private async changedSince(before: PageState, aside: Aside, recorder: Recorder): Promise<boolean> {
    const loaded = recorder.mainLoadedAt;
    const until = loaded + LATE_TEXT_MS;
    const stop = () => this.loadingStopped || recorder.mainCrashed || this.expired;
    while (performance.now() < until && !stop()) await pause(20);
    const after = await this.stateNow(aside);
    if (after === null || (after.text === before.text && after.height === before.height)) return false;
    await quietMoment(aside, recorder, { quietMs: QUIET_MS, notBefore: 0, deadline: loaded + BUSY_MS }, stop).catch(() => false);
    await settle(aside);
    return true;
  }

  private async endScripts(): Promise<void> {
    const { session } = this.ready();
    await session.send('Runtime.terminateExecution', undefined, { timeout: 3_000 }).catch(() => undefined);
  }

  private expire(fresh: FreshBrowser): void {
    this.expired = true;
    this.limit('jobMs');
    fresh.kill();
  }

  /** Down and up again, then the quiet moment. A page that hinders it is taken as it stands; false when it does not answer. */
  private async lookThrough(aside: Aside, recorder: Recorder): Promise<boolean> {
    const stop = () => this.loadingStopped || recorder.mainCrashed;
    const loaded = recorder.mainLoadedAt || performance.now();
    const pageEnd = Math.min(this.pageStarted + this.limits.pageMs, this.started + this.limits.jobMs - RESERVE_MS);
    try {
      const told = {
        step: (n: number, top: number) => this.step(`scroll ${n}`, `top ${top}`),
        limit: (name: LimitName) => this.limit(name),
      };
      const { still } = await scrollThrough(aside, recorder, { heightPx: this.limits.heightPx, deadline: pageEnd }, told, stop);
      if (performance.now() > pageEnd) this.limit('pageMs');
      const deadline = Math.min(Math.max(loaded + BUSY_MS, performance.now() + 1_500), pageEnd);
      const notBefore = performance.now() + BACK_AT_TOP_MS;
      const quiet = await quietMoment(aside, recorder, { quietMs: QUIET_MS, notBefore, deadline, still }, stop);
      if (!quiet && !stop()) this.reached.add('idle');
      await settle(aside);
      const waiting = recorder.pending().slice(0, 5).join(' ');
      this.step('idle', quiet ? 'quiet' : `not quiet, taken as it is; waiting: ${waiting || 'none'}`);
      return true;
    } catch (error) {
      this.checkMain();
      this.step('idle', `page does not answer: ${reasonOf(error)}`);
      this.limit('pageMs');
      return false;
    }
  }

  private title = '';
  private urlFinal = '';
  private kind: PageKind = 'page';

  private async titleOf(aside: Aside): Promise<void> {
    const seen = await aside.run<Omit<PageSigns, 'status'>>(SIGNS, 5_000).catch(() => null);
    this.title = seen?.title.toWellFormed() ?? '';
    this.urlFinal = seen?.url ?? '';
    this.kind = seen ? pageKind({ ...seen, status: this.ready().main.status() }) : 'page';
    this.step('page', this.kind);
  }

  private async fix(): Promise<CaptureResult> {
    const { recorder, fresh, main } = this.ready();
    const overTls = recorder.exchanges.filter(({ tls }) => tls).map(({ url }) => url);
    const [certificates] = await Promise.all([recorder.certificates.chainsOf(overTls), this.checkAfter()]);
    const bodies = recorder.stop(1_000);
    await bodies;
    fresh.proxy.stopLoading();
    this.step('close', 'browser ended, connections closed');
    await this.wire?.close();
    const keylog = await readFile(fresh.keylogPath).catch(() => Buffer.alloc(0));
    const film = this.developFilm(fresh);
    // Drawn and buried while the package is written; `run` waits for it.
    this.buried = film.then(() => fresh.end());
    const last = main.last();
    this.nameSource(main.source());
    const navigation: Navigation = {
      urlFinal: this.urlFinal || last?.url || this.order.request.url,
      redirects: recorder.redirects,
      title: this.title,
      kind: this.kind,
      document: last,
    };
    const input: PackageInput = {
      order: this.order,
      staging: this.staging,
      fresh,
      recorder,
      resolver: this.resolver,
      resources: this.resources,
      certificates,
      film,
      wire: this.deps.config.CAPTURE_WIRE && this.wire ? this.wire.digests() : null,
      keylog,
      timeline: this.timeline,
      environment: { before: this.before, after: this.after, verdict: this.verdict() },
      clock: this.clockState as ClockState,
      limits: [...this.reached].sort(),
      bodyLimit: this.limits.bodyBytes,
      navigation,
      started: { at: this.startedAt, mono: this.started },
      now: () => this.deps.clock.now(),
      signers: this.deps.signers,
      config: this.deps.config,
      userAgent: agentOf(this.order.request.profile, fresh),
      viewport: VIEWPORTS[this.order.request.profile],
    };
    return writePackage(this.deps.interactive?.redactor.input(input) ?? input);
  }

  /** After the page itself is closed: what it shows or does can not touch the drawing. */
  private async developFilm(fresh: FreshBrowser): Promise<Developed | null> {
    const { session } = this.ready();
    if (!this.expired && fresh.browser.connected)
      await session.send('Page.close', undefined, { timeout: 2_000 }).catch(() => undefined);
    return this.film.develop(fresh, [
      `网址 URL: ${this.urlFinal || this.order.request.url}`,
      `标题 title: ${this.title}`,
      `${this.kind}   limits: ${[...this.reached].sort().join(' ') || '-'}`,
      `采集结束 end of the capture   ${this.order.number}   ${this.order.packageId}`,
    ]);
  }

  /** A first load of a fresh profile can only come from the site; a page that loads itself again may be given by its own worker. */
  private nameSource(source: 'network' | 'cache' | 'serviceWorker'): void {
    if (source === 'serviceWorker') this.reached.add('documentFromServiceWorker');
    if (source === 'cache') this.reached.add('documentFromCache');
  }

  private async checkAfter(): Promise<void> {
    const { checks } = await runChecks(this.subject(), false);
    this.after = [...checks, unchanged(this.before, checks, this.deps.clock.now().toISOString())];
    const { verdict, failed } = verdictOf(this.after);
    this.step('env.after', [verdict, ...failed].join(' '));
    const stopping = stoppingOf(this.after);
    if (stopping.length > 0 && !this.order.override) throw new Ended('failed', `environment after: ${stopping.join(' ')}`);
  }

  private verdict(): Verdict {
    return verdictOf([...this.before, ...this.after]);
  }

  /** What was seen is kept as an observation; there is no manifest, so nobody can take it for evidence. */
  private async ended({ outcome, reason }: Ended, keep: boolean): Promise<CaptureResult> {
    this.step('close', `${outcome}: ${reason}`);
    if (keep) await this.observation().catch(() => undefined);
    return {
      packageId: this.order.packageId,
      outcome,
      reason,
      limits: [...this.reached].sort(),
      artefacts: this.staging.artefacts,
    };
  }

  private async observation(): Promise<void> {
    await this.wire?.close();
    const { order, staging, timeline, before, after, recorder, fresh } = this;
    const environment = { before, after, verdict: this.verdict().verdict };
    const seen = recorder && fresh ? { recorder, proxy: fresh.proxy } : null;
    await writeObservation({ order, staging, timeline, dns: this.resolver.records, environment, seen });
  }

  private limit(name: LimitName): void {
    this.reached.add(name);
    if (this.loadingStopped) return;
    this.loadingStopped = true;
    this.step('limit', name);
    this.fresh?.proxy.stopLoading();
    void this.session?.send('Page.stopLoading', undefined, { timeout: 3_000 }).catch(() => undefined);
    if (name !== 'heightPx')
      void this.session?.send('Runtime.terminateExecution', undefined, { timeout: 3_000 }).catch(() => undefined);
  }

  private ready() {
    if (!this.session || !this.recorder || !this.fresh || !this.main) throw new Ended('failed', 'notPrepared');
    return { session: this.session, recorder: this.recorder, fresh: this.fresh, main: this.main };
  }

  private subject() {
    const { fresh } = this;
    if (!fresh) throw new Ended('failed', 'notPrepared');
    const { config, clock, selfTest } = this.deps;
    return {
      fresh,
      staging: this.staging.root,
      jobBytes: this.limits.totalBytes,
      now: () => clock.now(),
      environment: this.deps.variables ?? machine.variables(),
      settings: environmentOf(config, this.vantage ?? undefined),
      url: this.order.request.url,
      ...(this.deps.machineRoot !== undefined && { root: this.deps.machineRoot }),
      ...(selfTest && { selfTest: async () => selfTest.finding(await fresh.program.sha256()) }),
    };
  }

  private remaining(): number {
    return this.started + this.limits.jobMs - performance.now();
  }

  private step(step: string, detail: string): void {
    const line = {
      at: this.deps.clock.now().toISOString(),
      mono: Math.round(performance.now() - this.started),
      step,
      detail: (this.deps.interactive?.redactor.text(detail) ?? detail).toWellFormed().slice(0, 8_192).toWellFormed(),
    };
    this.timeline.push(line);
    this.film.note(step, line.detail);
    this.deps.progress?.({ type: 'step', ...line });
  }
}

/** The worker and the console know a full disk by this word. */
function failureOf(error: unknown): string {
  return ['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '') ? 'diskFull' : reasonOf(error);
}

const pause = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));

function limitsOf(config: CaptureConfig): Limits {
  return {
    pageMs: config.CAPTURE_PAGE_MS,
    jobMs: config.CAPTURE_JOB_MS,
    totalBytes: config.CAPTURE_TOTAL_BYTES,
    bodyBytes: config.CAPTURE_BODY_BYTES,
    exchanges: config.CAPTURE_EXCHANGES,
    heightPx: config.CAPTURE_HEIGHT_PX,
    memoryBytes: config.CAPTURE_MEMORY_BYTES,
  };
}
