import { createHash, X509Certificate } from 'node:crypto';
import type { Protocol } from 'puppeteer';
import {
  digestsOf,
  manifestBytes,
  manifestSigText,
  signNote,
  type Manifest,
  type ManifestFile,
  type NoteSigner,
} from '../../proof';
import type { Developed } from '../act-film';
import type { FreshBrowser } from '../chromium/fresh-browser';
import type { Recorder, SeenExchange } from '../chromium/recorder';
import { machine, type CaptureConfig } from '../capture.config';
import type { CaptureOrder, CaptureResult } from '../domain/capture-order';
import type { PageKind } from '../domain/page-kind';
import { SOFTWARE, VERSION } from '../domain/software';
import { comparedWith } from '../domain/first-sight';
import { statedItems } from '../domain/statement';
import type { EgressResolver } from '../egress/resolver';
import { stoppingOf, verdictOf, type Check, type ClockState, type Verdict } from '../environment/checks';
import { parseScanner, scan } from '../environment/malware';
import { mergeExchanges, type RecordedExchange } from './merge';
import { certificateErrors, errorLines, hostOf, tlsErrorsOf, type CertificateErrors, type SeenCertificate } from './tls-errors';
import type { Staging } from './staging';
import { waczBytes } from './wacz';
import { WarcWriter, type NamedResource } from './warc';

export interface Navigation {
  urlFinal: string;
  redirects: string[];
  title: string;
  kind: PageKind;
  document: SeenExchange | null;
}

export interface PackageInput {
  order: CaptureOrder;
  staging: Staging;
  fresh: FreshBrowser;
  recorder: Recorder;
  resolver: EgressResolver;
  resources: NamedResource[];
  /** Certificate chains by origin, leaf first. */
  certificates: Map<string, Buffer[]>;
  /** Being drawn still; null when none was promised. */
  film: Promise<Developed | null>;
  /** Digests of `wire/capture.pcap`, which is written already; null when the wire is not kept. */
  wire: Pick<ManifestFile, 'size' | 'sha256' | 'sm3'> | null;
  /** TLS secrets as the browser wrote them. */
  keylog: Buffer;
  timeline: object[];
  environment: { before: Check[]; after: Check[]; verdict: Verdict };
  clock: ClockState;
  limits: string[];
  bodyLimit: number;
  navigation: Navigation;
  started: { at: Date; mono: number };
  now: () => Date;
  signers: NoteSigner[];
  config: CaptureConfig;
  userAgent: string;
  viewport: { width: number; height: number };
  /** Of a session under an officer's hand: what takes secrets out, and what says where. */
  afterMerge?: (exchanges: RecordedExchange[]) => RecordedExchange[];
  redactions?: () => object[];
}

interface Recorded extends PackageInput {
  tlsErrors: CertificateErrors;
}

/** Everything after the browser: archive, records, manifest, signature; all of it durable when this returns. */
export async function writePackage(given: PackageInput): Promise<CaptureResult> {
  const { order, staging, fresh, recorder } = given;
  const merged = await mergeExchanges(recorder.exchanges, fresh.proxy, given.bodyLimit);
  const exchanges = given.afterMerge?.(merged) ?? merged;
  const tlsErrors = certificateErrors(recorder.certificates.errors, given.certificates, given.started.at);
  const input = { ...given, tlsErrors, environment: await scanned(given, exchanges) };
  // A body may have grown past its limit only here, where its encoding is taken off.
  const cut = exchanges.some(({ truncated }) => truncated === 'length') ? ['bodyBytes'] : [];
  const limits = [...new Set([...input.limits, ...cut])].sort();
  const lines = await archive(input, exchanges);
  staging.putLines('record/exchanges.jsonl', lines);
  staging.putJson('record/request.json', order.request);
  staging.putJson('record/environment.json', {
    before: input.environment.before,
    after: input.environment.after,
    verdict: input.environment.verdict.verdict,
  });
  staging.putLines('record/timeline.jsonl', input.timeline);
  staging.putLines('record/dns.jsonl', input.resolver.records);
  staging.putLines('record/console.jsonl', recorder.console);
  for (const der of new Map([...input.certificates.values()].flat().map((bytes) => [sha256(bytes), bytes]))) {
    staging.put(`record/tls/${der[0]}.der`, der[1]);
  }
  before(order, staging);
  await keepWire(input);
  video(await input.film, staging);
  if (input.redactions) staging.putLines('record/redactions.jsonl', input.redactions());
  const partial = limits.length > 0 || staging.artefacts.some(({ state }) => state !== 'ok');
  const manifest = manifestOf(input, exchanges, partial, limits);
  const bytes = manifestBytes(manifest);
  const names = input.signers.map(({ name }) => name);
  const signature = await signNote(manifestSigText(manifest.id, bytes, names), input.signers);
  staging.putRoot('MANIFEST.json', bytes);
  staging.putRoot('MANIFEST.sig', signature);
  await staging.settled();
  return {
    packageId: order.packageId,
    outcome: partial ? 'partial' : 'complete',
    ...(limits.length > 0 ? { reason: `limit ${limits.join(', ')}` } : {}),
    limits,
    artefacts: staging.artefacts,
    manifestSha256: sha256(bytes),
    navigation: {
      urlFinal: manifest.navigation?.urlFinal ?? '',
      status: manifest.navigation?.status ?? 0,
      title: manifest.navigation?.title ?? '',
      ip: manifest.navigation?.ip ?? '',
      kind: input.navigation.kind,
      ...(tlsErrors.size > 0 && { tlsErrors: errorLines(tlsErrors) }),
    },
  };
}

/** E11 looks at what came, which is known only now; the verdict counts it like the others. */
async function scanned(
  { environment, config, now }: PackageInput,
  exchanges: RecordedExchange[],
): Promise<PackageInput['environment']> {
  const scanner = parseScanner(config.MALWARE_SCANNER ?? null);
  if (!scanner) return environment;
  const bodies = exchanges.flatMap(({ url, body }, at) =>
    body && body.length > 0 ? [{ name: `exchange ${at + 1} ${url}`, bytes: body }] : [],
  );
  const found = await scan(scanner, bodies);
  const at = now().toISOString();
  const observed = found.observed.toWellFormed();
  const after = environment.after.map((check) => (check.id === 'E11' ? { id: 'E11', at, ...found, observed } : check));
  return { before: environment.before, after, verdict: verdictOf([...environment.before, ...after]) };
}

/** WACZ and index; answers the lines of exchanges.jsonl, which name their WARC records. */
async function archive(input: Recorded, exchanges: RecordedExchange[]): Promise<object[]> {
  const { staging, order, navigation } = input;
  const writer = new WarcWriter({
    packageId: order.packageId,
    software: `${SOFTWARE} ${VERSION}`,
    userAgent: input.userAgent,
    at: input.started.at,
  });
  const lines = exchanges.map((exchange, at) => {
    const digests = digestsOf(exchange.body ?? Buffer.alloc(0));
    return lineOf(exchange, at + 1, digests, writer.addExchange(exchange, digests), input);
  });
  for (const resource of input.resources) writer.addResource(resource);
  for (const [at, socket] of input.recorder.sockets.entries()) {
    const bytes = Buffer.from(JSON.stringify({ url: socket.url, frames: socket.frames }), 'utf8');
    writer.addResource({ uri: `urn:websocket:${at}`, mediaType: 'application/json', at: socket.startedAt, bytes });
  }
  const { warc, members, cdxj } = await writer.finish();
  const pages = [
    { id: 'page', url: navigation.urlFinal, title: navigation.title, at: navigation.document?.startedAt ?? input.started.at },
  ];
  const title = navigation.title || order.request.url;
  staging.put(
    'content/capture.wacz',
    waczBytes({ warc, cdxj, pages, title, software: `${SOFTWARE} ${VERSION}`, created: input.started.at }),
  );
  staging.putLines('record/warc-index.jsonl', members);
  return lines;
}

function lineOf(
  exchange: RecordedExchange,
  n: number,
  digests: { sha256: string; sm3: string },
  warcRecord: string,
  { certificates, tlsErrors }: Recorded,
): object {
  const text = (value: string) => value.toWellFormed();
  const headers = (list: [string, string][]) => list.map(([name, value]) => [text(name), text(value)]);
  const leaf = exchange.tls ? certificates.get(new URL(exchange.url).origin)?.[0] : undefined;
  return {
    n,
    requestId: exchange.requestId,
    frame: exchange.frame,
    kind: exchange.kind,
    url: text(exchange.url),
    method: exchange.method,
    requestHeaders: headers(exchange.requestHeaders),
    requestBodySha256: exchange.requestBody ? sha256(exchange.requestBody) : null,
    status: exchange.status,
    protocol: exchange.protocol,
    responseHeaders: exchange.outcome === 'blocked' ? [] : headers(exchange.responseHeaders),
    ip: exchange.ip,
    port: exchange.port,
    connection: exchange.connection,
    tls: exchange.tls
      ? {
          protocol: exchange.tls.protocol,
          cipher: exchange.tls.cipher,
          leafSha256: leaf ? sha256(leaf) : null,
          errors: tlsErrors.get(new URL(exchange.url).host) ?? [],
        }
      : null,
    source: exchange.source,
    encodedBytes: Math.round(exchange.encodedBytes),
    decodedBytes: exchange.body?.length ?? 0,
    sha256: digests.sha256,
    sm3: digests.sm3,
    fidelity: exchange.fidelity,
    truncated: exchange.truncated,
    outcome: exchange.outcome,
    reason: text(exchange.reason),
    warcRecord,
    startedAt: exchange.startedAt.toISOString(),
    finishedAt: exchange.finishedAt.toISOString(),
  };
}

function before({ before: known }: CaptureOrder, staging: Staging): void {
  if (!known) return;
  staging.put('record/before/checkpoint.txt', known.checkpoint);
  if (known.preTokenBase64) staging.put('record/before/pre.tsr', Buffer.from(known.preTokenBase64, 'base64'));
}

function video(film: Developed | null, staging: Staging): void {
  if (!film) return;
  const path = 'content/video.webm';
  if (film.webm === null) staging.tell(path, 'failed', film.reason);
  else if (film.cut) staging.put(path, film.webm, 'partial', film.cut);
  else staging.put(path, film.webm);
}

async function keepWire({ wire, staging, keylog }: PackageInput): Promise<void> {
  if (!wire) return;
  await staging.adopt('wire/capture.pcap', wire);
  // Without a TLS connection the browser writes none; an empty file says so.
  staging.put('wire/keylog.txt', keylog);
}

function manifestOf(input: Recorded, exchanges: RecordedExchange[], partial: boolean, limits: string[]): Manifest {
  const { order, recorder, config, fresh, staging, environment } = input;
  const { request } = order;
  const finishedAt = input.now();
  const overridden = stoppingOf([...environment.before, ...environment.after]).length > 0;
  const count = (outcome: string) => exchanges.filter((exchange) => exchange.outcome === outcome).length;
  return {
    schema: 'evidence-manifest/1',
    id: order.packageId,
    number: order.number,
    kind: order.kind,
    agency: order.agency,
    case: { ref: request.caseRef, clue: request.clue, factToProve: order.factToProve },
    makers: request.makers,
    place: order.place,
    request: {
      jobId: request.jobId,
      urlTyped: request.url,
      purpose: request.purpose,
      profile: request.profile,
      entrySha256: order.entrySha256,
      requestedAt: request.requestedAt,
    },
    notBefore: order.before
      ? {
          origin: order.before.origin,
          size: order.before.size,
          root: order.before.root,
          checkpoint: 'record/before/checkpoint.txt',
          preToken: order.before.preTokenBase64 ? 'record/before/pre.tsr' : null,
        }
      : null,
    time: {
      startedAt: input.started.at.toISOString(),
      finishedAt: finishedAt.toISOString(),
      monotonicMs: Math.round(performance.now() - input.started.mono),
      clock: input.clock,
    },
    tool: {
      software: SOFTWARE,
      version: VERSION,
      commit: config.BUILD_COMMIT,
      imageSha256: config.IMAGE_SHA256 ?? null,
      node: process.versions.node,
      browser: fresh.program.label,
      browserSha256: environment.before.find(({ id }) => id === 'E01')?.sha256 ?? null,
      os: machine.os(),
      kernel: machine.kernel(),
      fontsSha256: fresh.fontsSha256,
      flags: fresh.flags,
      userAgent: input.userAgent,
      viewport: { width: input.viewport.width, height: input.viewport.height },
      locale: config.CAPTURE_LOCALE,
      timezone: config.CAPTURE_TIMEZONE,
    },
    environment: {
      ...environment.verdict,
      // A decision that was not needed changed nothing and is not told as one.
      overrideBy: (overridden && order.override?.by) || null,
      overrideReason: (overridden && order.override?.reason) || null,
    },
    navigation: navigationOf(input, exchanges),
    outcome: {
      completeness: partial ? 'partial' : 'complete',
      limits,
      blocked: count('blocked'),
      failed: count('failed'),
      downloads: recorder.downloads.map((url) => url.toWellFormed()),
      popups: recorder.popups.all.map(({ url }) => url.toWellFormed()),
      fidelity: exchanges.every(({ fidelity, outcome }) => fidelity === 'wire' || outcome === 'blocked') ? 'wire' : 'decoded',
    },
    comparison: order.first ? comparedWith(order.first, staging) : null,
    related: order.related ?? [],
    // Nobody looked for it here: unless the officers said that there can be none, there may be.
    personalData: request.personalData ?? true,
    files: staging.files
      .map((file) => (file.path === 'record/request.json' ? stated(file, request) : file))
      .sort((a, b) => (a.path < b.path ? -1 : 1)),
  };
}

/** The request serves the lines of the checklist of which the officers have spoken in it. */
const stated = (file: ManifestFile, { statement }: CaptureOrder['request']): ManifestFile => ({
  ...file,
  checklist: [...new Set([...file.checklist, ...statedItems(statement)])],
});

function navigationOf(
  { navigation, certificates, fresh, started, tlsErrors }: Recorded,
  exchanges: RecordedExchange[],
): Manifest['navigation'] {
  const seen = navigation.document;
  const recorded =
    seen && exchanges.findLast(({ requestId, url }) => requestId === seen.requestId && url === seen.url.replace(/#.*$/, ''));
  const status = recorded?.status ?? seen?.status ?? 0;
  return {
    urlFinal: navigation.urlFinal.toWellFormed(),
    redirects: navigation.redirects.map((url) => url.toWellFormed()),
    status: status >= 100 ? status : null,
    title: navigation.title,
    ip: recorded?.ip || null,
    tls: seen?.tls
      ? tlsOf(
          seen.tls,
          certificates.get(new URL(seen.url).origin)?.[0],
          { host: hostOf(seen.url), at: started.at, flags: fresh.flags },
          errorLines(tlsErrors, new URL(seen.url).host),
        )
      : null,
  };
}

function tlsOf(
  details: Protocol.Network.SecurityDetails,
  leaf: Buffer | undefined,
  seen: SeenCertificate,
  refused: readonly string[],
): NonNullable<Manifest['navigation']>['tls'] {
  if (!leaf) return null;
  const certificate = new X509Certificate(leaf);
  return {
    protocol: details.protocol,
    cipher: details.cipher,
    leafSha256: sha256(leaf),
    issuer: certificate.issuer.replace(/\n/g, ', ').toWellFormed(),
    validFrom: new Date(certificate.validFrom).toISOString(),
    validTo: new Date(certificate.validTo).toISOString(),
    errors: [...new Set([...tlsErrorsOf(certificate, seen), ...refused])],
  };
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
