import type { CDPSession, Protocol } from 'puppeteer';
import type { RawHeaders } from '../egress/proxy';
import type { Limits } from '../domain/capture-order';
import { SiteCertificates } from './site-certificates';
import { bodyOf, bytesOfText, listed, parsedHeaders, refusalIn, shown } from './devtools-values';
import type { FreshBrowser } from './fresh-browser';
import { PageSessions, Popups, type Popup } from './popups';

/** One exchange as DevTools tells it; a redirect chain is one exchange per hop. */
export interface SeenExchange {
  requestId: string;
  frame: string;
  /** DevTools' resource type: Document, Image, XHR … */
  kind: string;
  url: string;
  method: string;
  requestHeaders: RawHeaders;
  requestBody: Buffer | null;
  status: number;
  statusText: string;
  protocol: string;
  responseHeaders: RawHeaders;
  /** Decoded; null when it was not asked for because the wire record holds it. */
  body: Buffer | null;
  encodedBytes: number;
  decodedBytes: number;
  truncated: string;
  connection: number;
  source: 'network' | 'cache' | 'serviceWorker';
  tls: Protocol.Network.SecurityDetails | null;
  outcome: 'open' | 'ok' | 'blocked' | 'failed' | 'limited';
  reason: string;
  /** Number of the egress' own exchange, when it answered instead of a site. */
  refusedBy: string;
  startedAt: Date;
  finishedAt: Date | null;
}

/** A line of `record/console.jsonl`. */
export interface ConsoleLine {
  at: string;
  kind: 'log' | 'dialog' | 'popup' | 'download' | 'permission' | 'crash' | 'webSocket';
  text: string;
  url: string;
}

export interface SocketFrames {
  url: string;
  requestId: string;
  startedAt: Date;
  frames: { at: string; out: boolean; opcode: number; payload: string }[];
}

export type LimitName = keyof Limits | 'idle' | 'dialogs' | 'popups';

const DENIED = [
  'geolocation',
  'notifications',
  'camera',
  'microphone',
  'midi',
  'clipboard-read',
  'persistent-storage',
  'idle-detection',
  'local-fonts',
];
const MAX_CONSOLE_LINES = 2_000;
const MAX_TEXT = 2_000;
const MAX_DIALOGS = 50;
const MAX_POPUPS = 20;
const KEPT_IN_A_STORM = 2;
const STORM_CLOSE_MS = 400;
/** Same address pattern more often than this is polling: it says nothing about whether the page has arrived. */
const POLL_COUNT = 3;
/** A request of a script that hangs longer than this is a long poll or an event stream. */
const HANGING_MS = 3_000;
const LOOSE_KINDS = new Set(['XHR', 'Fetch', 'EventSource', 'WebSocket', 'Ping', 'Other', 'Preflight', 'Prefetch', 'Manifest']);

/** Follows every page, frame and worker of one browser from their first moment, and keeps all that they exchange and say. */
export class Recorder {
  readonly exchanges: SeenExchange[] = [];
  readonly sockets: SocketFrames[] = [];
  readonly console: ConsoleLine[] = [];
  readonly popups = new Popups();
  readonly downloads: string[] = [];
  readonly redirects: string[] = [];
  dialogs = 0;
  decodedBytes = 0;
  mainCrashed = false;
  mainLoadedAt = 0;
  mainDomAt = 0;
  /** Monotonic milliseconds of the last thing that mattered on the network. */
  lastActivity = performance.now();
  onLimit: (name: LimitName) => void = () => undefined;
  onMainRedirect: (url: string) => void = () => undefined;

  private readonly open = new Map<string, OpenExchange>();
  private readonly extras = new Map<string, { requests: RawHeaders[]; responses: RawHeaders[] }>();
  private readonly socketsById = new Map<string, SocketFrames>();
  private readonly patterns = new Map<string, number>();
  private readonly bodies = new Set<Promise<void>>();
  private readonly known = new WeakSet<CDPSession>();
  private readonly pages = new PageSessions();
  private main: CDPSession | null = null;
  private mainFrame = '';
  private stopped = false;

  constructor(
    private readonly fresh: FreshBrowser,
    private readonly limits: Limits,
    private readonly now: () => Date,
    /** What every page, frame and worker is told to call itself; null leaves the browser's own. */
    private readonly identity: Protocol.Emulation.SetUserAgentOverrideRequest | null = null,
    readonly certificates = new SiteCertificates(false),
  ) {}

  /** Call before the first navigation; `main` is the page's own session. */
  async start(main: CDPSession, mainFrame: string): Promise<void> {
    this.main = main;
    this.mainFrame = mainFrame;
    for (const session of this.fresh.sessions) this.follow(session);
    this.fresh.connection.on('sessionattached' as never, ((session: CDPSession) => this.follow(session)) as never);
    const { connection } = this.fresh;
    connection.on('Target.targetInfoChanged', ({ targetInfo }) => this.popup(targetInfo));
    connection.on('Target.targetCreated', ({ targetInfo }) => this.popup(targetInfo));
    connection.on('Browser.downloadWillBegin', ({ url, suggestedFilename }) => {
      this.downloads.push(url);
      this.note('download', `denied: ${suggestedFilename}`, url);
    });
    await Promise.all([
      connection.send('Browser.setDownloadBehavior', { behavior: 'deny', eventsEnabled: true }),
      ...DENIED.map((name) =>
        connection.send('Browser.setPermission', { permission: { name }, setting: 'denied' }).catch(() => undefined),
      ),
      main.send('Page.setLifecycleEventsEnabled', { enabled: true }),
      main.send('Network.enable', this.networkOptions()),
    ]);
  }

  /** Waits for bodies under way, then takes what is there of the others. */
  async stop(graceMs: number): Promise<void> {
    this.stopped = true;
    await Promise.race([Promise.allSettled(this.bodies), new Promise((done) => setTimeout(done, graceMs).unref())]);
    for (const open of this.open.values()) {
      if (open.seen.outcome !== 'open') continue;
      if (open.streamed) open.seen.body = Buffer.concat(open.chunks);
      // Without an answer seen, whether there was one is not known: that is no failure of the site.
      this.finish(open, 'limited', open.seen.status > 0 ? 'unfinishedAtEnd' : 'answerNotSeen');
      if (open.seen.status > 0) open.seen.truncated ||= 'time';
    }
  }

  /** Requests whose end the picture should wait for. */
  pending(): string[] {
    const now = performance.now();
    const urls: string[] = [];
    for (const { seen, since } of this.open.values()) {
      if (seen.outcome !== 'open') continue;
      const loose = LOOSE_KINDS.has(seen.kind);
      if (loose && (now - since > HANGING_MS || this.isPolling(seen.url))) continue;
      // A stream of events has arrived when it has begun; so has what belongs to no frame, whose end may never be told.
      if ((seen.kind === 'EventSource' || seen.frame === '') && seen.status > 0) continue;
      // What the browser fetches for itself (a service worker's script) may never be reported as finished; the wire knows.
      if (this.fresh.proxy.hasFinished(seen.method, seen.url)) continue;
      urls.push(seen.url);
    }
    return urls;
  }

  /** True when something is left open that may still bring text: streams, sockets, polls. */
  hasLongTalk(): boolean {
    return this.socketsById.size > 0 || [...this.open.values()].some(({ seen }) => seen.outcome === 'open');
  }

  note(kind: ConsoleLine['kind'], text: string, url = ''): void {
    if (this.console.length >= MAX_CONSOLE_LINES) return;
    this.console.push({
      at: this.now().toISOString(),
      kind,
      text: text.toWellFormed().slice(0, MAX_TEXT).toWellFormed(),
      url: url.slice(0, 8_192),
    });
  }

  private networkOptions() {
    return { maxTotalBufferSize: this.limits.totalBytes, maxResourceBufferSize: this.limits.bodyBytes, maxPostDataSize: 1 << 20 };
  }

  private follow(session: CDPSession): void {
    if (this.known.has(session)) return;
    this.known.add(session);
    // Sent in the same turn in which the target is announced, hence before anybody lets it run.
    session.send('Network.enable', this.networkOptions()).catch(() => undefined);
    if (this.identity) session.send('Emulation.setUserAgentOverride', this.identity).catch(() => undefined);
    // A new window that waits blocks the page that opened it, when both share a process.
    // Without it a dialog of a window would be nobody's to answer.
    session.send('Page.enable').catch(() => undefined);
    this.certificates.follow(session);
    session.send('Runtime.runIfWaitingForDebugger').catch(() => undefined);
    this.pages.listen(session);
    session.on('Network.requestWillBeSent', (event) => this.requested(event));
    session.on('Network.requestWillBeSentExtraInfo', ({ requestId, headers }) =>
      this.extra(requestId).requests.push(listed(headers)),
    );
    session.on('Network.responseReceivedExtraInfo', (event) => this.responseExtra(event));
    session.on('Network.requestServedFromCache', ({ requestId }) => this.with(requestId, (open) => (open.seen.source = 'cache')));
    session.on('Network.responseReceived', (event) => this.responded(session, event));
    session.on('Network.dataReceived', (event) => this.received(event));
    session.on('Network.loadingFinished', (event) => this.finished(session, event));
    session.on('Network.loadingFailed', (event) => this.failed(event));
    session.on('Network.webSocketCreated', ({ requestId, url }) => {
      const socket = { url, requestId, startedAt: this.now(), frames: [] };
      this.sockets.push(socket);
      this.socketsById.set(requestId, socket);
    });
    session.on('Network.webSocketClosed', ({ requestId }) => this.socketsById.delete(requestId));
    session.on('Network.webSocketFrameSent', ({ requestId, response }) => this.frame(requestId, true, response));
    session.on('Network.webSocketFrameReceived', ({ requestId, response }) => this.frame(requestId, false, response));
    session.on('Runtime.consoleAPICalled', ({ type, args }) => this.note('log', `${type}: ${args.map(shown).join(' ')}`));
    session.on('Runtime.exceptionThrown', ({ exceptionDetails }) =>
      this.note(
        'log',
        `exception: ${exceptionDetails.exception?.description ?? exceptionDetails.text}`,
        exceptionDetails.url ?? '',
      ),
    );
    session.on('Log.entryAdded', ({ entry }) => this.note('log', `${entry.level}: ${entry.text}`, entry.url ?? ''));
    session.on('Page.javascriptDialogOpening', (event) => this.dialog(session, event));
    session.on('Page.windowOpen', ({ url }) => this.windowOpened(url));
    session.on('Inspector.targetCrashed', () => {
      this.note('crash', 'the page process ended');
      if (session === this.main) this.mainCrashed = true;
    });
    session.on('Page.lifecycleEvent', ({ name, frameId }) => {
      if (session !== this.main || frameId !== this.mainFrame) return;
      if (name === 'init') this.mainLoadedAt = this.mainDomAt = 0;
      if (name === 'DOMContentLoaded') this.mainDomAt = performance.now();
      if (name === 'load') this.mainLoadedAt = performance.now();
    });
  }

  private requested(event: Protocol.Network.RequestWillBeSentEvent): void {
    const key = event.requestId;
    const previous = this.open.get(key);
    // The first script of a worker is announced to the page and to the worker; it is one request.
    if (previous?.seen.outcome === 'open' && !event.redirectResponse && previous.seen.url === event.request.url) return;
    if (previous && event.redirectResponse) {
      this.takeResponse(previous, event.redirectResponse, event.redirectHasExtraInfo);
      this.finish(previous, previous.seen.refusedBy ? 'blocked' : 'ok');
      if (event.frameId === this.mainFrame && event.type === 'Document') {
        this.redirects.push(event.request.url);
        this.onMainRedirect(event.request.url);
      }
    }
    if (/^(data|blob|about|chrome|chrome-error|devtools):/.test(event.request.url) || this.stopped)
      return void this.open.delete(key);
    const seen: SeenExchange = {
      requestId: event.requestId,
      frame: event.frameId ?? '',
      kind: event.type ?? 'Other',
      url: event.request.url,
      method: event.request.method,
      requestHeaders: listed(event.request.headers),
      requestBody: bodyOf(event.request),
      status: 0,
      statusText: '',
      protocol: '',
      responseHeaders: [],
      body: null,
      encodedBytes: 0,
      decodedBytes: 0,
      truncated: '',
      connection: 0,
      source: 'network',
      tls: null,
      outcome: 'open',
      reason: '',
      refusedBy: '',
      startedAt: this.now(),
      finishedAt: null,
    };
    this.exchanges.push(seen);
    const open: OpenExchange = {
      seen,
      key,
      hop: previous ? previous.hop + 1 : 0,
      since: performance.now(),
      chunks: [],
      streamed: false,
      asking: false,
    };
    this.open.set(key, open);
    this.active(seen, true);
    if (this.exchanges.length > this.limits.exchanges) this.onLimit('exchanges');
  }

  private responseExtra(event: Protocol.Network.ResponseReceivedExtraInfoEvent): void {
    const headers = event.headersText ? parsedHeaders(event.headersText) : listed(event.headers);
    this.extra(event.requestId).responses.push(headers);
    const open = this.open.get(event.requestId);
    // It may come after the response it belongs to.
    if (open && open.seen.status > 0) this.applyExtra(open);
  }

  private responded(session: CDPSession, event: Protocol.Network.ResponseReceivedEvent): void {
    this.with(event.requestId, (open) => {
      open.seen.kind = event.type;
      this.takeResponse(open, event.response, event.hasExtraInfo);
      const { url, source, tls } = open.seen;
      if (url.startsWith('http:') && source === 'network') return;
      open.asking = true;
      const streaming = session.send('Network.streamResourceContent', { requestId: event.requestId }).then(
        ({ bufferedData }) => {
          open.streamed = true;
          open.chunks.unshift(Buffer.from(bufferedData, 'base64'));
        },
        // Already complete: the whole body is asked for at the end instead.
        () => undefined,
      );
      this.keep(streaming);
      if (tls) this.certificates.askAbout(url, session);
    });
  }

  private takeResponse(open: OpenExchange, response: Protocol.Network.Response, hasExtra: boolean): void {
    const { seen } = open;
    seen.status = response.status;
    seen.statusText = response.statusText;
    seen.protocol = response.protocol ?? '';
    seen.responseHeaders = listed(response.headers);
    seen.connection = response.connectionId;
    seen.tls = response.securityDetails ?? null;
    if (response.fromServiceWorker) seen.source = 'serviceWorker';
    else if (response.fromDiskCache || response.fromPrefetchCache) seen.source = 'cache';
    if (hasExtra) this.applyExtra(open);
    seen.refusedBy = refusalIn(seen.responseHeaders, this.fresh.proxy.secret) ?? '';
  }

  private applyExtra(open: OpenExchange): void {
    const extra = this.extras.get(open.key);
    open.seen.requestHeaders = extra?.requests[open.hop] ?? open.seen.requestHeaders;
    open.seen.responseHeaders = extra?.responses[open.hop] ?? open.seen.responseHeaders;
  }

  private received(event: Protocol.Network.DataReceivedEvent): void {
    this.decodedBytes += event.dataLength;
    if (this.decodedBytes > this.limits.totalBytes) this.onLimit('totalBytes');
    this.with(event.requestId, (open) => {
      open.seen.decodedBytes += event.dataLength;
      if (open.seen.decodedBytes > this.limits.bodyBytes) {
        open.seen.truncated = 'length';
        this.onLimit('bodyBytes');
      } else if (event.data) {
        open.chunks.push(Buffer.from(event.data, 'base64'));
      }
      this.active(open.seen, false);
    });
  }

  private finished(session: CDPSession, event: Protocol.Network.LoadingFinishedEvent): void {
    this.with(event.requestId, (open) => {
      open.seen.encodedBytes = event.encodedDataLength;
      this.finish(open, open.seen.refusedBy ? 'blocked' : 'ok');
      if (open.asking) this.keep(this.wholeBody(session, open));
    });
  }

  private async wholeBody(session: CDPSession, open: OpenExchange): Promise<void> {
    const { seen } = open;
    // The answer to the streaming request comes before this one's, by order of the pipe.
    const whole = await session.send('Network.getResponseBody', { requestId: seen.requestId }).catch(() => null);
    const streamed = Buffer.concat(open.chunks);
    if (open.streamed && (streamed.length === seen.decodedBytes || !whole)) seen.body = streamed;
    else if (whole?.base64Encoded) seen.body = Buffer.from(whole.body, 'base64');
    else if (whole) {
      const bytes = bytesOfText(whole.body, seen.decodedBytes);
      seen.body = bytes ?? Buffer.from(whole.body, 'utf8');
      // Text in another charset comes as characters; its bytes cannot be had back, and that is said.
      if (!bytes) seen.truncated ||= 'unspecified';
    }
    // Of a picture that cannot be decoded Chromium keeps nothing and says that it was empty.
    if (seen.body?.length === 0 && seen.decodedBytes > 0) seen.body = null;
    if (seen.body === null && seen.decodedBytes > 0) seen.truncated ||= 'unspecified';
  }

  private failed(event: Protocol.Network.LoadingFailedEvent): void {
    this.with(event.requestId, (open) => {
      if (open.streamed) open.seen.body = Buffer.concat(open.chunks);
      const blocked = open.seen.refusedBy !== '' || event.blockedReason !== undefined;
      this.finish(open, blocked ? 'blocked' : 'failed', event.blockedReason ?? event.errorText);
      if (open.seen.status > 0 && !blocked) open.seen.truncated ||= 'disconnect';
    });
  }

  private finish(open: OpenExchange, outcome: SeenExchange['outcome'], reason = ''): void {
    if (open.seen.outcome !== 'open') return;
    open.seen.outcome = outcome;
    open.seen.reason = reason;
    open.seen.finishedAt = this.now();
    this.active(open.seen, false);
  }

  /** The session of a window, if it is still there. */
  sessionOf({ targetId }: Popup): CDPSession | null {
    const id = this.pages.idOf(targetId);
    return (id && this.fresh.connection.session(id)) || null;
  }

  /** Why the document of a window did not come, or null. A page's main frame has the name of its target. */
  refusalOf({ targetId }: Popup): string | null {
    const last = this.exchanges.findLast(({ kind, frame }) => kind === 'Document' && frame === targetId);
    if (!last || (last.outcome !== 'blocked' && last.outcome !== 'failed')) return null;
    const own = last.refusedBy ? this.fresh.proxy.exchanges.find(({ id }) => String(id) === last.refusedBy) : undefined;
    return own?.reason || last.reason || last.outcome;
  }

  /** Ends a window and puts it on record, once. */
  closePopup(popup: Popup): void {
    if (popup.told) this.note('popup', popup.told, popup.url);
    if (popup.state === 'closed' || popup.targetId === '') return;
    popup.state = 'closed';
    this.fresh.connection.send('Target.closeTarget', { targetId: popup.targetId }).catch(() => undefined);
  }

  /** A page in the background is not drawn. */
  async mainToFront(): Promise<void> {
    await this.main?.send('Page.bringToFront', undefined, { timeout: 3_000 }).catch(() => undefined);
  }

  private windowOpened(url: string): void {
    if (this.popups.all.length > MAX_POPUPS) return;
    this.popups.asked(url);
    if (this.popups.all.length > MAX_POPUPS) this.onLimit('popups');
  }

  private popup(target: Protocol.Target.TargetInfo): void {
    if (target.type !== 'page' || !target.openerId) return;
    if (this.popups.all.length > MAX_POPUPS && !this.popups.all.some(({ targetId }) => targetId === '')) {
      // A storm: named by its limit, not window by window.
      // Closed only when it has been let run: one that is closed while it waits holds the process that it shares with the page.
      setTimeout(() => {
        this.fresh.connection
          .send('Target.closeTarget', { targetId: target.targetId })
          .then(() => this.mainToFront())
          .catch(() => undefined);
      }, STORM_CLOSE_MS).unref();
      return;
    }
    if (!this.popups.opened(target)) return;
    // It waits in the background until the page itself is done.
    void this.mainToFront();
    if (this.popups.all.length <= MAX_POPUPS) return;
    this.onLimit('popups');
    // Twenty windows that load and draw would take the machine from the page itself.
    setTimeout(() => {
      for (const each of this.popups.all.slice(KEPT_IN_A_STORM)) {
        each.told ||= 'recorded and closed: too many windows';
        this.closePopup(each);
      }
      void this.mainToFront();
    }, STORM_CLOSE_MS).unref();
  }

  private dialog(session: CDPSession, event: Protocol.Page.JavascriptDialogOpeningEvent): void {
    this.dialogs += 1;
    this.note('dialog', `${event.type}: ${event.message}`, event.url);
    session.send('Page.handleJavaScriptDialog', { accept: event.type === 'beforeunload' }).catch(() => undefined);
    if (this.dialogs > MAX_DIALOGS) {
      session.send('Runtime.terminateExecution').catch(() => undefined);
      this.onLimit('dialogs');
    }
  }

  private frame(requestId: string, out: boolean, response: Protocol.Network.WebSocketFrame): void {
    const socket = this.socketsById.get(requestId);
    if (!socket || socket.frames.length >= 1_000) return;
    socket.frames.push({
      at: this.now().toISOString(),
      out,
      opcode: response.opcode,
      payload: response.payloadData.slice(0, 65_536),
    });
    this.lastActivity = performance.now();
  }

  private active(seen: SeenExchange, started: boolean): void {
    const pattern = patternOf(seen.url);
    if (started) this.patterns.set(pattern, (this.patterns.get(pattern) ?? 0) + 1);
    if (LOOSE_KINDS.has(seen.kind) && this.isPolling(seen.url)) return;
    this.lastActivity = performance.now();
  }

  private isPolling(url: string): boolean {
    return (this.patterns.get(patternOf(url)) ?? 0) > POLL_COUNT;
  }

  private with(requestId: string, act: (open: OpenExchange) => void): void {
    const open = this.open.get(requestId);
    if (open) act(open);
  }

  private extra(requestId: string) {
    let extra = this.extras.get(requestId);
    if (!extra) this.extras.set(requestId, (extra = { requests: [], responses: [] }));
    return extra;
  }

  private keep(work: Promise<void>): void {
    this.bodies.add(work);
    void work.finally(() => this.bodies.delete(work)).catch(() => undefined);
  }
}

interface OpenExchange {
  seen: SeenExchange;
  key: string;
  hop: number;
  since: number;
  chunks: Buffer[];
  streamed: boolean;
  asking: boolean;
}

/** Address without what changes from poll to poll. */
function patternOf(url: string): string {
  return url.replace(/[?#].*$/, '').replace(/[0-9]+/g, '0');
}
