import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import {
  capturePage,
  environmentOf,
  LIMITS,
  probe,
  readClock,
  rulesOf,
  type BrowserPool,
  type CaptureConfig,
  type CaptureOrder,
  type Limits,
  type ProbeRequest,
  type RelatedPackage,
  type SelfTestDesk,
  SessionDesk,
} from '../../../libs/capture';
import type { Clock } from '../../../libs/kernel';
import type { NoteSigner } from '../../../libs/proof';
import { sessionRoute } from './sessions';

export interface CaptureServerDeps {
  pool: BrowserPool;
  config: CaptureConfig;
  clock: Clock;
  signers: NoteSigner[];
  token: string;
  stagingDir: string;
  concurrency: number;
  /** Without it captures answer `na` to E15, and nobody can ask for a self-test. */
  selfTest?: SelfTestDesk;
  /** Sessions under an officer's hand at the same time; they have turns of their own, because they last as long as people do. */
  sessions?: number;
}

const MAX_ORDER_BYTES = 1_048_576;
const PACKAGE_ID = /^ev_[0-9A-HJKMNP-TV-Z]{26}$/;

/**
 * Plain HTTP: POST /captures answers NDJSON while it works, POST /probe, POST /self-test, GET /health, GET /identity (who signs here, from
 * which image), GET /clock (this process's clock against its time servers), and the doors of a session (sessions.ts).
 */
export function captureServer(deps: CaptureServerDeps): Server {
  const house: House = {
    turns: new Turns(deps.concurrency),
    sessionTurns: new Turns(deps.sessions ?? 1),
    desk: new SessionDesk(),
  };
  return createServer((request, response) => {
    void route(request, response, deps, house).catch((error: unknown) => {
      if (!response.headersSent) problem(response, 500, 'capture.unexpected', 'Something unforeseen happened.');
      else response.destroy();
      process.stderr.write(
        `${JSON.stringify({ time: Date.now(), event: 'capture.unexpected', error: error instanceof Error ? error.stack : String(error) })}\n`,
      );
    });
  });
}

interface House {
  turns: Turns;
  sessionTurns: Turns;
  desk: SessionDesk;
}

async function route(request: IncomingMessage, response: ServerResponse, deps: CaptureServerDeps, house: House): Promise<void> {
  const { turns } = house;
  const way = `${request.method} ${request.url?.split('?')[0]}`;
  if (way === 'GET /health') return json(response, 200, { status: 'ok', busy: turns.busy, waiting: turns.waiting });
  if (!shown(request.headers.authorization, deps.token))
    return problem(response, 401, 'capture.tokenMissing', 'A valid bearer token is needed.');
  if (way === 'POST /self-test' && deps.selfTest) return json(response, 200, await deps.selfTest.again());
  if (way === 'GET /identity')
    return json(response, 200, { workerKey: deps.signers[0]?.name ?? null, imageSha256: deps.config.IMAGE_SHA256 ?? null });
  if (way === 'GET /clock')
    return json(response, 200, await readClock({ settings: environmentOf(deps.config), now: () => deps.clock.now() }));
  const given = async () => parsed((await bodyOf(request)) ?? '');
  const ofSession = await sessionRoute(request, house.desk, given);
  if (ofSession) return json(response, ofSession.status, ofSession.body);
  if (way !== 'POST /captures' && way !== 'POST /probe') return problem(response, 404, 'capture.notFound', 'No such route.');
  const body = await bodyOf(request);
  if (body === null) return problem(response, 413, 'capture.tooLarge', 'The order is too large.');
  const order = parsed(body);
  if (way === 'POST /probe') {
    if (!isProbe(order)) return problem(response, 422, 'capture.notAProbe', 'url, maxBytes and timeoutMs are needed.');
    return json(response, 200, await probe(order, rulesOf(deps.config), () => deps.clock.now()));
  }
  const fault = faultOf(order);
  if (fault !== null) return problem(response, 422, 'capture.notAnOrder', `Not a capture order: ${fault}.`);
  await capture(order as CaptureOrder, response, deps, house);
}

async function capture(order: CaptureOrder, response: ServerResponse, deps: CaptureServerDeps, house: House): Promise<void> {
  response.writeHead(200, { 'content-type': 'application/x-ndjson; charset=utf-8', 'cache-control': 'no-store' });
  response.flushHeaders();
  const line = (value: object) => !response.destroyed && response.write(`${JSON.stringify(value)}\n`);
  const { session: terms } = order;
  const turns = terms ? house.sessionTurns : house.turns;
  const session = terms && house.desk.begin(order.packageId, terms);
  let fresh: Awaited<ReturnType<BrowserPool['take']>> | null = null;
  const gone = () => response.destroyed && !response.writableFinished;
  // Nobody hears the result any more: a worker that died asks again, a capture that was taken back is not gone on with. A page under an
  // officer's hand is driven no further, and what was seen stays.
  response.once('close', () => (session ? session.end('connectionLost') : gone() && fresh?.kill()));
  await turns.take();
  try {
    if (gone()) return;
    const result = await capturePage(terms ? prolonged(order, terms.totalMs, deps.config.CAPTURE_JOB_MS) : order, {
      stagingDir: deps.stagingDir,
      takeBrowser: async () => {
        fresh = await deps.pool.take();
        if (gone() && !session) fresh.kill();
        return fresh;
      },
      signers: deps.signers,
      config: deps.config,
      clock: deps.clock,
      ...(deps.selfTest && { selfTest: deps.selfTest }),
      progress: line,
      ...(session && { interactive: session }),
    });
    line({ type: 'result', ...result });
  } finally {
    turns.give();
    house.desk.close(order.packageId);
    response.end();
  }
}

/** The officer's time comes on top of the machine's. */
function prolonged(order: CaptureOrder, totalMs: number, jobMs: number): CaptureOrder {
  return { ...order, limits: { ...order.limits, jobMs: (order.limits?.jobMs ?? jobMs) + totalMs } };
}

/** At most so many captures at once; the others wait in order. */
class Turns {
  busy = 0;
  private readonly queue: (() => void)[] = [];

  constructor(private readonly most: number) {}

  get waiting(): number {
    return this.queue.length;
  }

  async take(): Promise<void> {
    if (this.busy >= this.most) return new Promise((go) => this.queue.push(go));
    this.busy += 1;
  }

  give(): void {
    const next = this.queue.shift();
    if (next) next();
    else this.busy -= 1;
  }
}

function shown(header: string | undefined, token: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(header ?? ''), digest(`Bearer ${token}`));
}

async function bodyOf(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_ORDER_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isProbe(value: unknown): value is ProbeRequest {
  const { url, maxBytes, timeoutMs, post } = (value ?? {}) as Partial<ProbeRequest>;
  return typeof url === 'string' && isCount(maxBytes, 16 * 1_048_576) && isCount(timeoutMs, 60_000) && isPost(post);
}

/** What is asked of others is small, and its type is no place for a second header. */
function isPost(value: unknown): boolean {
  if (value === undefined) return true;
  const { type, bodyBase64 } = (value ?? {}) as Partial<NonNullable<ProbeRequest['post']>>;
  return typeof type === 'string' && /^[a-z]+\/[a-z0-9.+-]+$/.test(type) && typeof bodyBase64 === 'string' && bodyBase64.length <= 16_384; // prettier-ignore
}

function isCount(value: unknown, most: number): value is number {
  return Number.isInteger(value) && (value as number) > 0 && (value as number) <= most;
}

/** What is wrong with an order. The worker is ours, yet it names a folder and signs nothing itself: the form is checked here. */
function faultOf(value: unknown): string | null {
  const order = (value ?? {}) as Partial<CaptureOrder>;
  const { request } = order;
  if (typeof order.packageId !== 'string' || !PACKAGE_ID.test(order.packageId)) return 'packageId';
  if (order.kind !== 'web_capture') return 'kind';
  if (!/^[0-9a-f]{64}$/.test(String(order.entrySha256))) return 'entrySha256';
  if (!request || typeof request.url !== 'string' || request.id !== order.packageId) return 'request';
  if (request.profile !== 'desktop' && request.profile !== 'mobile') return 'request.profile';
  if (!['undefined', 'string'].includes(typeof request.vantage)) return 'request.vantage';
  if (!Array.isArray(request.makers) || request.makers.filter(({ role }) => role === 'officer').length < 2)
    return 'request.makers';
  if (
    !order.agency ||
    typeof order.number !== 'string' ||
    typeof order.factToProve !== 'string' ||
    typeof order.place !== 'string'
  )
    return 'agency, number, factToProve or place';
  if (!['undefined', 'string'].includes(typeof order.tokenBefore)) return 'tokenBefore';
  if (order.related !== undefined && !(Array.isArray(order.related) && order.related.every(isRelated))) return 'related';
  if (order.first !== undefined && !isFirst(order.first)) return 'first';
  if (!isDecision(order.override)) return 'override without an officer or without a reason';
  if (!isDecision(request.tlsOverride)) return 'request.tlsOverride without an officer or without a reason';
  if ((order.session !== undefined) !== (request.mode === 'interactive'))
    return 'session without mode interactive, or the reverse';
  if (order.session && !isTerms(order.session)) return 'session';
  const limits = Object.entries(order.limits ?? {});
  const odd = limits.find(([name, limit]) => !(name in LIMITS) || !isCount(limit, LIMITS[name as keyof Limits] * 10));
  return odd ? `limits.${odd[0]}` : null;
}

/** None, or one with a name and a reason. */
function isDecision(value: CaptureOrder['override']): boolean {
  return value === undefined || [value?.by, value?.reason].every((text) => typeof text === 'string' && text.trim() !== '');
}

function isRelated(value: unknown): boolean {
  const { rel, id, manifestSha256 } = (value ?? {}) as Partial<RelatedPackage>;
  return (rel === 'repeats' || rel === 'secondVantage') && PACKAGE_ID.test(String(id)) && isDigest(manifestSha256);
}

const isDigest = (value: unknown) => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);

function isFirst(value: unknown): boolean {
  const { vantage, id, text, pictures } = (value ?? {}) as Partial<NonNullable<CaptureOrder['first']>>;
  const digests = Object.values(pictures ?? {});
  return (
    typeof vantage === 'string' &&
    vantage !== '' &&
    PACKAGE_ID.test(String(id)) &&
    (text === null || isDigest(text)) &&
    digests.every(isDigest)
  );
}

function isTerms({ secret, idleMs, totalMs }: Partial<NonNullable<CaptureOrder['session']>>): boolean {
  return typeof secret === 'string' && /^[0-9a-f]{64}$/.test(secret) && isCount(idleMs, 240_000) && isCount(totalMs, 3_600_000);
}

function json(response: ServerResponse, status: number, value: object): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' });
  response.end(JSON.stringify(value));
}

function problem(response: ServerResponse, status: number, code: string, title: string): void {
  response.writeHead(status, { 'content-type': 'application/problem+json; charset=utf-8' });
  response.end(JSON.stringify({ type: `urn:problem:${code}`, code, title, status }));
}
