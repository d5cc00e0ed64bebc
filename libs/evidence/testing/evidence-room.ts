import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DataSource } from 'typeorm';
import { AuditTrail } from '../../audit';
import type { Clock } from '../../kernel';
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
import { trustBundleBytes, writeKeyFile } from '../../proof';
import { aTrustBundle, testKeys } from '../../proof/testing';
import { Checklists } from '../app/checklists';
import { ContentService } from '../app/content.service';
import { EvidenceFsck } from '../app/evidence-fsck';
import { type CaptureRequest, EvidenceService } from '../app/evidence.service';
import { PackagePapers } from '../app/package-papers';
import { PackageProofs } from '../app/package-proofs';
import type { EvidenceRetention } from '../app/retention';
import { SecondVantage } from '../app/second-vantage';
import { VerificationService } from '../app/verification.service';
import type { EvidenceWorkerConfig } from '../evidence-worker.config';
import { Ledger } from '../store/ledger';
import { LedgerAnchors } from '../store/ledger-anchors';
import { LedgerGroup } from '../store/ledger-group';
import { LedgerTrees } from '../store/ledger-trees';
import { StampRevocation } from '../store/stamp-revocation';
import { CaptureClient } from '../worker/capture-client';
import { CaptureIdentity } from '../worker/capture-identity';
import { CaptureRunner } from '../worker/capture.runner';
import { Destroyer } from '../worker/destroyer';
import { ExportProofs } from '../worker/export-proofs';
import { ExportReport } from '../worker/export-report';
import { Exporter } from '../worker/exporter';
import { Fixation } from '../worker/fixation';
import { LastingReport } from '../worker/lasting-report';
import { LedgerAnchorer } from '../worker/ledger-anchorer';
import { LedgerSequencer } from '../worker/ledger-sequencer';
import { ReceiptFixer } from '../worker/receipt-fixer';
import { Reconciler } from '../worker/reconciler';
import { Renewer } from '../worker/renewer';
import { Replicator } from '../worker/replicator';
import type { ReportPrinter } from '../worker/report-printer';
import { Observations } from '../worker/observations';
import { RetryLater } from '../worker/retry-later';
import { OcspAnswers } from '../worker/ocsp-answers';
import { RevocationFetch } from '../worker/revocation-fetch';
import { RevocationLists } from '../worker/revocation-lists';
import { RetentionKeeper } from '../worker/retention-keeper';
import { Scrub } from '../worker/scrub';
import { OrphanBlobs } from '../worker/scrub-orphans';
import { SignatureStamper } from '../worker/signature-stamper';
import { TokenBefore } from '../worker/token-before';
import { TimeStamper } from '../worker/time-stamper';

export const UNIT = '00000000-0000-4000-8000-0000000000a1';
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
  /** Holds `blobs`, `staging`, `seal.key`, `import.key`, `trust.json`. */
  root: string;
  captureUrl?: string;
  tsaUrls?: string[];
  blobs?: BlobStore;
  replica?: BlobStore | null;
  stagingDir?: string;
  printer?: ReportPrinter;
  /** Addresses of witnesses; given, an export waits for a token over its checkpoint as the worker's does. */
  witnessUrls?: string[];
  /** Revocation lists in files, and whether others are fetched; without, neither. */
  revocation?: { files: string[]; fetches: boolean };
  /** What keeps a disposed package; nothing where it is not said. */
  retention?: EvidenceRetention | null;
  /** Names of the vantage points; one where it is not said. */
  vantages?: string[];
  /** What else the worker's configuration says. */
  config?: Partial<EvidenceWorkerConfig>;
  /** Hears the name of each job that would have been queued. */
  onJob?: (name: string) => void;
}

/** The room as the worker composes it, without a queue: the one place where tests put it together by hand. */
export function evidenceRoom(parts: RoomParts) {
  const { db, clock, root, witnessUrls } = parts;
  const config = {
    captureUrl: parts.captureUrl ?? 'http://127.0.0.1:1',
    captureToken: 'x',
    captureConcurrency: 1,
    sessionIdleMs: 1_000,
    sessionTotalMs: 2_000,
    sessionConcurrency: 1,
    stagingDir: parts.stagingDir ?? join(root, 'staging'),
    sealKeyFile: join(root, 'seal.key'),
    importKeyFile: join(root, 'import.key'),
    tsaUrls: parts.tsaUrls ?? [],
    tsaTimeoutMs: 5_000,
    tsaInternalCounts: true,
    keyPassphrase: undefined,
    ...parts.config,
  };
  const names = {
    agencyDomain: 'aj.test',
    trustFile: join(root, 'trust.json'),
    workerUrl: 'http://127.0.0.1:1/',
    vantages: parts.vantages ?? ['main'],
    uploadLimitBytes: 300_000,
  };
  const ledgerConfig = { witnessUrls: witnessUrls ?? [], anchorEveryS: 3_600, renewEveryDays: 365, renewAheadDays: 180 };
  const blobs = parts.blobs ?? new FileBlobStore(join(root, 'blobs'));
  const replica = new BlobReplica(parts.replica ?? null);
  const log = new Log('test', 'silent');
  const trees = new LedgerTrees();
  const anchors = new LedgerAnchors();
  const ledger = new Ledger(clock);
  const facts = new Facts(clock);
  const officers = new OfficerDirectory(db, clock);
  const papers = new PackagePapers(clock, ledger);
  const jobs = { add: (_contract: unknown, name: string) => Promise.resolve(parts.onJob?.(name)) };
  const evidence = new EvidenceService(
    clock,
    ledger,
    new LedgerGroup(db, ledger, clock),
    officers,
    new AuditTrail(clock),
    jobs as never,
    names,
  );
  const content = new ContentService(blobs, names);
  const fixation = new Fixation(db, clock, blobs, ledger, content, facts, config);
  const client = new CaptureClient(config);
  const tokens = new TokenBefore(clock, content, log, config);
  const runner = new CaptureRunner(
    db,
    clock,
    ledger,
    trees,
    evidence,
    officers,
    client,
    fixation,
    facts,
    log,
    config,
    tokens,
    new Observations(blobs, config),
    new CaptureIdentity(config),
  );
  /** As after a restart. */
  const newSequencer = () => new LedgerSequencer(db, evidence, trees);
  const sequencer = newSequencer();
  const scrub = new Scrub(db, clock, blobs, replica, ledger, evidence, log);
  const proofs = witnessUrls
    ? new ExportProofs(clock, trees, evidence, anchors, config, content)
    : new ExportProofs(clock, trees, evidence);
  const revoked = new StampRevocation();
  const signatures = new SignatureStamper(content, config);
  const report = new ExportReport(
    clock,
    content,
    evidence,
    trees,
    signatures,
    new LastingReport(content, revoked, signatures),
    new Checklists(ledger, content),
    parts.printer ?? null,
  );
  const later = new RetryLater(db, clock, log);
  const revocation = parts.revocation ?? { files: [], fetches: false };
  const outside = new RevocationFetch(config);
  const lists = new RevocationLists(db, clock, content, revoked, later, log, outside, revocation);
  const shown = new PackageProofs(trees, anchors);
  const destroyers = new BlobDestroyers(
    new FileBlobDestroyer(join(root, 'blobs')),
    parts.replica ? new FileBlobDestroyer(join(root, 'replica'), 0) : null,
  );
  const keeps = parts.retention === undefined ? { obstacle: () => Promise.resolve(null) } : parts.retention;
  return {
    second: new SecondVantage(evidence),
    destroyer: new Destroyer(db, clock, blobs, destroyers, ledger, log, keeps),
    retention: new RetentionKeeper(db, clock, blobs, log, { lockAheadDays: 90 }, keeps),
    config,
    blobs,
    ledger,
    trees,
    anchors,
    evidence,
    content,
    fixation,
    runner,
    sequencer,
    newSequencer,
    scrub,
    report,
    lists,
    answers: new OcspAnswers(db, clock, revoked, later, log, outside, revocation),
    verifications: new VerificationService(clock, blobs, content, evidence, ledger, trees, anchors, shown, revoked),
    exporter: new Exporter(
      db,
      clock,
      blobs,
      ledger,
      sequencer,
      evidence,
      content,
      proofs,
      report,
      scrub,
      papers,
      log,
      config,
      lists,
    ),
    receipts: new ReceiptFixer(
      db,
      clock,
      blobs,
      ledger,
      trees,
      evidence,
      officers,
      content,
      papers,
      fixation,
      log,
      config,
      tokens,
    ),
    stamper: new TimeStamper(db, clock, content, ledger, facts, log, config),
    anchorer: new LedgerAnchorer(db, clock, content, trees, anchors, later, config, ledgerConfig),
    renewer: new Renewer(db, clock, blobs, content, ledger, trees, anchors, later, log, config, ledgerConfig),
    replicator: new Replicator(db, clock, blobs, replica, log),
    reconciler: new Reconciler(db, clock, blobs, new OrphanBlobs(db, clock, blobs), log, config),
    fsck: new EvidenceFsck(db, content, trees),
  };
}

/** Keys, trust bundle and two officers with certificates: what the room needs to fix and seal anything. */
export async function furnish(admin: DataSource, root: string, bundle: Parameters<typeof aTrustBundle>[0] = {}): Promise<void> {
  mkdirSync(join(root, 'staging'), { recursive: true });
  writeFileSync(join(root, 'trust.json'), trustBundleBytes(aTrustBundle(bundle)));
  writeKeyFile(join(root, 'seal.key'), testKeys.seal);
  await settleIn(
    admin,
    MAKERS.map((id, n) => ({ id, account: `officer.${n}`, certificate: `C-100${n}` })),
  );
}

/** A unit and its officers, as the room finds them in the directory. */
export async function settleIn(
  admin: DataSource,
  people: readonly { id: string; account: string; certificate: string | null; name?: string; division?: string }[],
): Promise<void> {
  await admin.query(`INSERT INTO unit VALUES ($1, '网监股', '141122', '交城县市场监督管理局', '交市监', NULL)`, [UNIT]);
  for (const { id, account, certificate, name = account, division = '141122' } of people)
    await admin.query(`INSERT INTO officer VALUES ($1, $2, $3, $4, $5, $6, 'active', 1, 'test', now())`, [
      id,
      account,
      name,
      certificate,
      UNIT,
      division,
    ]);
}
