import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import type { DataSource } from 'typeorm';
import { AuditTrail } from '../../audit';
import { canonicalJson, type Clock } from '../../kernel';
import { OfficerDirectory } from '../../officers';
import {
  BlobDestroyers,
  BlobReplica,
  type BlobStore,
  type Db,
  Facts,
  FileBlobDestroyer,
  FileBlobStore,
  Log,
} from '../../platform';
import { trustBundleBytes, utf8, writeKeyFile } from '../../proof';
import { aTrustBundle, fixed, testKeys } from '../../proof/testing';
import { ContentService } from '../app/content.service';
import { EvidenceFsck } from '../app/evidence-fsck';
import { type CaptureRequest, EvidenceService } from '../app/evidence.service';
import type { EvidenceRetention } from '../app/retention';
import { Ledger } from '../store/ledger';
import { LedgerTrees } from '../store/ledger-trees';
import { CaptureClient } from '../worker/capture-client';
import { CaptureRunner } from '../worker/capture.runner';
import { Destroyer } from '../worker/destroyer';
import { ExportProofs } from '../worker/export-proofs';
import { ExportReport } from '../worker/export-report';
import { Exporter } from '../worker/exporter';
import { Fixation } from '../worker/fixation';
import { LedgerSequencer } from '../worker/ledger-sequencer';
import { Reconciler } from '../worker/reconciler';
import { Replicator } from '../worker/replicator';
import type { ReportPrinter } from '../worker/report-printer';
import { RetentionKeeper } from '../worker/retention-keeper';
import { Scrub } from '../worker/scrub';
import { OrphanBlobs } from '../worker/scrub-orphans';
import { TimeStamper } from '../worker/time-stamper';
import { SignatureStamper } from '../worker/signature-stamper';
import { PackagePapers } from '../app/package-papers';

export const MAKERS = ['00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002'] as const;

export const aRequest: CaptureRequest = {
  url: 'http://bare.test/',
  profile: 'desktop',
  purpose: '核查亮照情况',
  factToProve: '网页未公示营业执照信息',
  place: '网监股办公室',
  divisionCode: '141122',
  officerIds: MAKERS,
};

export interface RoomParts {
  db: Db;
  clock: Clock;
  /** Holds `blobs`, `staging`, `seal.key`, `trust.json`. */
  root: string;
  captureUrl?: string;
  tsaUrls?: string[];
  blobs?: BlobStore;
  replica?: BlobStore | null;
  stagingDir?: string;
  printer?: ReportPrinter;
  /** What keeps a disposed package; nothing where it is not said. */
  retention?: EvidenceRetention | null;
}

/** The room as the worker composes it, without a queue. */
export function evidenceRoom({
  db,
  clock,
  root,
  captureUrl,
  tsaUrls,
  blobs,
  replica,
  stagingDir,
  printer,
  retention,
}: RoomParts) {
  const config = {
    captureUrl: captureUrl ?? 'http://127.0.0.1:1',
    captureToken: 'x',
    captureConcurrency: 1,
    sessionIdleMs: 1_000,
    sessionTotalMs: 2_000,
    sessionConcurrency: 1,
    stagingDir: stagingDir ?? join(root, 'staging'),
    sealKeyFile: join(root, 'seal.key'),
    importKeyFile: join(root, 'import.key'),
    tsaUrls: tsaUrls ?? [],
    tsaTimeoutMs: 5_000,
    keyPassphrase: undefined,
  };
  const names = {
    agencyDomain: 'aj.test',
    trustFile: join(root, 'trust.json'),
    workerUrl: 'http://127.0.0.1:1/',
    uploadLimitBytes: 300_000,
  };
  const store = blobs ?? new FileBlobStore(join(root, 'blobs'));
  const second = new BlobReplica(replica ?? null);
  const log = new Log('test', 'silent');
  const [trees, ledger, facts, officers] = [
    new LedgerTrees(),
    new Ledger(clock),
    new Facts(clock),
    new OfficerDirectory(db, clock),
  ];
  const jobs = { add: () => Promise.resolve() };
  const evidence = new EvidenceService(clock, ledger, officers, new AuditTrail(clock), jobs as never, names);
  const content = new ContentService(store, names);
  const fixation = new Fixation(db, clock, store, ledger, content, facts, config);
  const client = new CaptureClient(config);
  const runner = new CaptureRunner(db, clock, ledger, trees, evidence, officers, client, fixation, facts, log, config);
  const sequencer = new LedgerSequencer(db, evidence, trees);
  const scrub = new Scrub(db, clock, store, second, ledger, evidence, log);
  // Without anchors: an export does not wait for a token over its checkpoint, which is tried where the ledger is.
  const proofs = new ExportProofs(clock, trees, evidence);
  const report = new ExportReport(clock, content, evidence, trees, new SignatureStamper(content, config), printer ?? null);
  const exporter = new Exporter(
    db,
    clock,
    store,
    ledger,
    sequencer,
    evidence,
    content,
    proofs,
    report,
    scrub,
    new PackagePapers(clock, ledger),
    log,
    config,
  );
  const destroyers = new BlobDestroyers(
    new FileBlobDestroyer(join(root, 'blobs')),
    replica ? new FileBlobDestroyer(join(root, 'replica'), 0) : null,
  );
  const nothingKeeps = { obstacle: () => Promise.resolve(null) };
  return {
    destroyer: new Destroyer(db, clock, store, destroyers, ledger, log, retention === undefined ? nothingKeeps : retention),
    retention: new RetentionKeeper(
      db,
      clock,
      store,
      log,
      { lockAheadDays: 90 },
      retention === undefined ? nothingKeeps : retention,
    ),
    ledger,
    blobs: store,
    evidence,
    content,
    fixation,
    runner,
    sequencer,
    scrub,
    exporter,
    report,
    trees,
    stamper: new TimeStamper(db, clock, content, ledger, facts, log, config),
    replicator: new Replicator(db, clock, store, second, log),
    reconciler: new Reconciler(db, clock, store, new OrphanBlobs(db, clock, store), log, config),
    fsck: new EvidenceFsck(db, content, trees),
  };
}

/** Keys, trust bundle and two officers with certificates: what the room needs to fix and seal anything. */
export async function furnish(admin: DataSource, root: string, bundle: Parameters<typeof aTrustBundle>[0] = {}): Promise<void> {
  mkdirSync(join(root, 'staging'), { recursive: true });
  writeFileSync(join(root, 'trust.json'), trustBundleBytes(aTrustBundle(bundle)));
  writeKeyFile(join(root, 'seal.key'), testKeys.seal);
  const unit = '00000000-0000-4000-8000-0000000000a1';
  await admin.query(`INSERT INTO unit VALUES ($1, '网监股', '141122', '交城县市场监督管理局', '交市监', NULL)`, [unit]);
  for (const [n, id] of MAKERS.entries())
    await admin.query(`INSERT INTO officer VALUES ($1, $2, $2, $3, $4, '141122', 'active', 1, 'test', now())`, [
      id,
      `officer.${n}`,
      `C-100${n}`,
      unit,
    ]);
}

interface PlayedOrder {
  packageId: string;
  number: string;
  request: Record<string, unknown> & { jobId: string; url: string; purpose: string; profile: string; requestedAt: string };
  entrySha256: string;
}

const someContent = { 'content/text.txt': utf8('国家级养生配方\n'), 'content/screen/first.png': utf8('png') };

/** Writes a signed package into staging, as the capture process would, and answers its result. */
export async function stagePackage(
  stagingDir: string,
  order: PlayedOrder,
  content: Record<string, Uint8Array> = someContent,
): Promise<object> {
  const { packageId, number, entrySha256, request } = order;
  const { jobId, url: urlTyped, purpose, profile, requestedAt } = request;
  // The same makers as asked: another list fixes nothing (F29).
  const changes = {
    id: packageId,
    number,
    makers: request.makers,
    request: { jobId, urlTyped, purpose, profile, requestedAt, entrySha256 },
  };
  const record = { 'record/request.json': utf8(canonicalJson(request)) };
  const files = await fixed({ ...content, ...record }, changes as never, [testKeys.worker]);
  for (const [path, bytes] of Object.entries(files)) {
    mkdirSync(dirname(join(stagingDir, packageId, path)), { recursive: true });
    writeFileSync(join(stagingDir, packageId, path), bytes);
  }
  const navigation = { urlFinal: urlTyped, status: 200, title: '', ip: '192.0.2.7' };
  return { type: 'result', packageId, outcome: 'complete', limits: [], artefacts: [], navigation };
}

/** A capture process that is played: every order gives a small signed package. `before` may let it fail or wait. */
export async function playedCapture(
  stagingDir: string,
  before: (order: PlayedOrder, reply: ServerResponse) => Promise<Record<string, Uint8Array> | void> = async () => {},
  staged: (order: PlayedOrder) => void = () => {},
): Promise<{ url: string; orders: string[]; close(): void }> {
  const orders: string[] = [];
  const answer = async (message: IncomingMessage, reply: ServerResponse) => {
    const chunks: Buffer[] = [];
    for await (const chunk of message) chunks.push(chunk as Buffer);
    const order = JSON.parse(Buffer.concat(chunks).toString()) as PlayedOrder;
    orders.push(order.packageId);
    reply.writeHead(200, { 'content-type': 'application/x-ndjson' });
    try {
      const content = await before(order, reply);
      const result = await stagePackage(stagingDir, order, content ?? someContent);
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
