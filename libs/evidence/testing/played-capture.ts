import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { type RequestRecord, statedItems } from '../../capture/capture.contract';
import { canonicalJson } from '../../kernel';
import {
  jsonBytes,
  jsonLines,
  type Manifest,
  type ManifestFile,
  type NoteSigner,
  parseTimeStampResponse,
  utf8,
} from '../../proof';
import { aManifest, asAsked, fixed, testKeys, theChecks } from '../../proof/testing';

/** What a capture process reads of an order. */
export interface PlayedOrder {
  packageId: string;
  number: string;
  request: RequestRecord;
  entrySha256: string;
  before?: { origin: string; size: number; root: string; checkpoint: string; preTokenBase64?: string };
  tokenBefore?: string;
  related?: { rel: string; id: string; manifestSha256: string }[];
  override?: { by: string; reason: string };
  first?: { vantage: string; id: string; text: string | null; pictures: Record<string, string> | null };
}

export interface Staged {
  content?: Record<string, Uint8Array>;
  manifest?: Partial<Manifest>;
  signers?: NoteSigner[];
  /** Items of the checklist that no file shall serve, as if the capture had lost them. */
  lost?: readonly string[];
}

/** What a file of a capture is for, as the capture process says it. */
const SERVES: readonly [path: RegExp, ...items: string[]][] = [
  [/^content\/(capture\.wacz|text\.txt|dom\.html)$/, 'how.html'],
  [/^content\/screen\//, 'how.screen'],
  [/^content\/page\.pdf$/, 'how.pdf'],
  [/^record\/request\.json$/, 'where.url', 'link.case'],
  [/^record\/environment\.json$/, 'env.clean'],
  [/^record\/timeline\.jsonl$/, 'where.steps', 'how.method'],
  [/^record\/(exchanges|dns)\.jsonl$/, 'where.ip'],
  [/^record\/before\//, 'when.clock'],
];

/** The least that a capture leaves; without any of it nothing is fixed. */
function least(at: string, failed: readonly string[] = []): Record<string, Uint8Array> {
  return {
    'content/text.txt': utf8('国家级养生配方\n'),
    'content/screen/first.png': utf8('png'),
    'content/page.pdf': utf8('%PDF-'),
    'record/environment.json': jsonBytes({ ...theChecks(at, failed), verdict: failed.length ? 'fail' : 'clean' }),
    'record/timeline.jsonl': jsonLines([{ at, mono: 0, step: 'launch', detail: '' }]),
  };
}

/** A capture begins after the token that dates what came before it. */
function timeAfter(preTokenBase64: string): Manifest['time'] {
  const at = parseTimeStampResponse(new Uint8Array(Buffer.from(preTokenBase64, 'base64'))).genTime;
  return { ...aManifest({}).time, startedAt: at, finishedAt: at };
}

/** Writes a signed package into staging, as the capture process would, and answers its result. */
export async function stagePackage(
  stagingDir: string,
  order: PlayedOrder,
  { content = {}, manifest = {}, signers = [testKeys.worker], lost = [] }: Staged = {},
): Promise<object> {
  const { packageId, number, entrySha256, request, before, first } = order;
  const { jobId, url: urlTyped, purpose, profile, requestedAt } = request;
  const whole = {
    ...least(requestedAt, manifest.environment?.failed),
    ...content,
    'record/request.json': utf8(canonicalJson(request)),
    ...(before && { 'record/before/checkpoint.txt': utf8(before.checkpoint) }),
    ...(before?.preTokenBase64 && { 'record/before/pre.tsr': new Uint8Array(Buffer.from(before.preTokenBase64, 'base64')) }),
  };
  const items = (path: string): string[] => [
    ...SERVES.flatMap(([pattern, ...served]) => (pattern.test(path) ? served : [])),
    ...(path === 'record/request.json' ? statedItems(request.statement) : []),
  ];
  const listed = ({ path, ...file }: ManifestFile): ManifestFile => ({
    ...file,
    path,
    checklist: items(path).filter((item) => !lost.includes(item)),
  });
  const changes: Partial<Manifest> = {
    id: packageId,
    number,
    // The same makers as asked: another list fixes nothing (F29).
    makers: request.makers,
    ...asAsked(request),
    request: { jobId, urlTyped, purpose, profile, requestedAt, entrySha256 },
    ...(before?.preTokenBase64 && { time: timeAfter(before.preTokenBase64) }),
    notBefore: before
      ? {
          origin: before.origin,
          size: before.size,
          root: before.root,
          checkpoint: 'record/before/checkpoint.txt',
          preToken: before.preTokenBase64 ? 'record/before/pre.tsr' : null,
        }
      : null,
    // A played process sees nothing: that it says of the two what it pleases is enough to see where it goes.
    comparison: first ? { vantage: first.vantage, id: first.id, text: 'different', picture: 'same' } : null,
    files: aManifest(whole).files.map(listed),
    ...manifest,
  };
  const files = await fixed(whole, changes, signers);
  for (const [path, bytes] of Object.entries(files)) {
    mkdirSync(dirname(join(stagingDir, packageId, path)), { recursive: true });
    writeFileSync(join(stagingDir, packageId, path), bytes);
  }
  const navigation = { urlFinal: urlTyped, status: 200, title: '', ip: '192.0.2.7' };
  return { type: 'result', packageId, outcome: 'complete', limits: [], artefacts: [], navigation };
}

/** Who the played process says that it is. */
export const PLAYED_IDENTITY = { workerKey: testKeys.worker.name, imageSha256: 'ab'.repeat(32) };

/** Answers the question who it is, as a capture process does; false when something else was asked. */
export function answersIdentity({ url }: IncomingMessage, reply: ServerResponse): boolean {
  if (url !== '/identity') return false;
  reply.end(JSON.stringify(PLAYED_IDENTITY));
  return true;
}

/** A capture process that is played: every order gives a small signed package. `before` may let it fail or wait. */
export async function playedCapture(
  stagingDir: string,
  before: (order: PlayedOrder, reply: ServerResponse) => Promise<Record<string, Uint8Array> | void> = async () => {},
  staged: (order: PlayedOrder) => void = () => {},
): Promise<{ url: string; orders: string[]; close(): void }> {
  const orders: string[] = [];
  const answer = async (message: IncomingMessage, reply: ServerResponse) => {
    if (answersIdentity(message, reply)) return;
    const chunks: Buffer[] = [];
    for await (const chunk of message) chunks.push(chunk as Buffer);
    const order = JSON.parse(Buffer.concat(chunks).toString()) as PlayedOrder;
    orders.push(order.packageId);
    reply.writeHead(200, { 'content-type': 'application/x-ndjson' });
    try {
      const content = await before(order, reply);
      const result = await stagePackage(stagingDir, order, { content: content ?? {} });
      staged(order);
      reply.end(`${JSON.stringify(result)}\n`);
    } catch {
      reply.destroy();
    }
  };
  const server: Server = createServer((message, reply) => void answer(message, reply));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, orders, close: () => void (server.closeAllConnections(), server.close()) };
}
