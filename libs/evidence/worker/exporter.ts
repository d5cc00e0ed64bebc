import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { Inject, Injectable } from '@nestjs/common';
import { IsNull } from 'typeorm';
import { Clock } from '../../kernel';
import { BlobStore, Db, failpoint, Log, type StagedBlob } from '../../platform';
import { type ContainerFile, digestsOf, sealText, signNote, streamOut, surveyFiles, wholeOf, writeContainer } from '../../proof';
import { ContentService } from '../app/content.service';
import { EvidenceService } from '../app/evidence.service';
import { custodyLines } from '../domain/custody-lines';
import { EvidenceProblem } from '../domain/problems';
import { PackagePapers } from '../app/package-papers';
import { packageReadme } from '../domain/package-readme';
import { evidenceWorkerConfig, type EvidenceWorkerConfig } from '../evidence-worker.config';
import { openSigner } from '../../platform/keys/open-signer';
import { type EvidenceFileRow, ExportRow, type PackageRow, StampRow } from '../store/evidence.entity';
import { type CustodyRow, Ledger } from '../store/ledger';
import { isOutside } from './authorities';
import { ExportProofs } from './export-proofs';
import { ExportReport } from './export-report';
import { LedgerSequencer } from './ledger-sequencer';
import { RevocationLists } from './revocation-lists';
import { Scrub } from './scrub';

const TOKEN_LIMIT = 256 * 1024;

/**
 * Builds an export: the fixed files as they are, the custody chain so far, and a SEAL over all of it, in the canonical
 * container. The ledger knows the export before anybody can fetch it.
 */
@Injectable()
export class Exporter {
  constructor(
    private readonly db: Db,
    private readonly clock: Clock,
    private readonly blobs: BlobStore,
    private readonly ledger: Ledger,
    private readonly sequencer: LedgerSequencer,
    private readonly evidence: EvidenceService,
    private readonly content: ContentService,
    private readonly proofs: ExportProofs,
    private readonly report: ExportReport,
    private readonly scrub: Scrub,
    private readonly papers: PackagePapers,
    private readonly log: Log,
    @Inject(evidenceWorkerConfig.provide) private readonly config: EvidenceWorkerConfig,
    private readonly revocation: RevocationLists,
  ) {}

  async build(exportId: string): Promise<void> {
    const order = await this.db.tx((tx) => tx.findOneBy(ExportRow, { id: exportId }));
    if (order?.state !== 'requested') return;
    try {
      if (!(await this.resume(order))) await this.make(order);
    } catch (fault) {
      const reason = await this.finalReason(order, fault);
      if (!reason) throw fault; // the queue, and then the sweep, try again
      this.log.error('evidence.export.failed', { packageId: order.packageId, n: order.n, reason }, fault);
      await this.db.tx((tx) => tx.update(ExportRow, { id: order.id, state: 'requested' }, { state: 'failed', reason }));
    }
  }

  /** What trying again will not change: the package is frozen, found damaged now or disposed of, or the disk is full. */
  private async finalReason({ packageId }: ExportRow, fault: unknown): Promise<string | null> {
    if ((fault as NodeJS.ErrnoException).code === 'ENOSPC') return 'diskFull';
    const { incidents } = await this.scrub.package(packageId);
    const { frozenAt, state } = await this.db.tx((tx) => this.evidence.get(tx, packageId));
    if (state === 'disposed') return 'disposed';
    return incidents.length || frozenAt ? 'frozen' : null;
  }

  /** A worker died after the container was written: what it meant to hand out is handed out, not another one. */
  private async resume(order: ExportRow): Promise<boolean> {
    if (!order.blobSha256) return false;
    const { fault } = await this.blobs.examine(order.blobSha256, order.size!);
    if (fault === 'missing' || fault === 'unreadable') return false;
    if (fault) throw new Error(`the container of export ${order.n} is ${fault}`);
    await this.db.tx((tx) => this.evidence.getActable(tx, order.packageId));
    await this.commit(order);
    return true;
  }

  private async make(order: ExportRow): Promise<void> {
    await this.sequencer.placeAll();
    const { row, custody, files, papers } = await this.db.tx(async (tx) => ({
      row: await this.evidence.getActable(tx, order.packageId),
      custody: await this.ledger.custodyOf(tx, order.packageId),
      files: await this.content.files(tx, order.packageId),
      papers: await this.papers.of(tx, order.packageId),
    }));
    // Somebody looked at it, or added a paper, between these reads: what has no place yet cannot be proved. The sweep looks again.
    const told = custody.filter(({ type }) => type === 'attestation.added').length;
    if (told !== papers.length || custody.some(({ idx }) => idx === null)) return;
    const proofs = await this.db.tx((tx) => this.proofs.of(tx, row, custody, order));
    if (!proofs) return; // the sweep looks again when the signer has come so far
    const stamps = await this.stampsOf(order.packageId);
    const given = files.filter(({ path }) => !order.withheld.includes(path));
    // Where this export goes out without proofs, its paper must not claim by a checkpoint that came a moment later.
    const shown = proofs.length ? custody : [];
    const report = await this.db.tx((tx) => this.report.of(tx, row, given, shown, stamps));
    const parts: ContainerFile[] = await Promise.all(
      [...given, ...papers].map(async ({ path, sha256 }) => ({ path, source: await this.blobs.source(sha256) })),
    );
    parts.push(
      { path: 'README.txt', source: packageReadme(row.number, row.id, row.kind) },
      { path: 'proofs/custody.jsonl', source: custodyLines(custody) },
      ...proofs,
      ...report,
      ...stamps.map(({ algorithm, token }) => ({ path: `proofs/manifest.${algorithm}.tsr`, source: new Uint8Array(token) })),
    );
    parts.push(...(await this.listsFor(parts)));
    // A name of its own: a job that was delivered twice must not write into the container of the other.
    const aside = join(this.config.stagingDir, `${order.id}.${randomUUID()}.evp`);
    try {
      const sealSha256 = await this.write(aside, order, row, custody, parts, files);
      failpoint('export.written');
      await this.finish(order, sealSha256, aside);
    } finally {
      await rm(aside, { force: true });
    }
  }

  /**
   * One token an algorithm: the package has a place for each (specification section 3). One from outside goes before an older one of
   * the agency's own, which would cost the export its level 3; among equals the earliest.
   */
  private async stampsOf(packageId: string): Promise<StampRow[]> {
    const all = await this.db.tx((tx) => tx.find(StampRow, { where: { packageId }, order: { genTime: 'ASC' } }));
    const { tsa } = this.content.trust();
    return [...Map.groupBy(all, ({ algorithm }) => algorithm).values()].map(
      (same) => same.find((stamp) => isOutside(stamp.tsa, tsa)) ?? same[0]!,
    );
  }

  /** What issuers said of the certificates behind the tokens in this export. */
  private async listsFor(parts: readonly ContainerFile[]): Promise<ContainerFile[]> {
    const tokens: Uint8Array[] = [];
    for (const { path, source } of parts)
      if (path.endsWith('.tsr')) tokens.push(source instanceof Uint8Array ? source : await wholeOf(source, TOKEN_LIMIT));
    return this.db.tx((tx) => this.revocation.of(tx, tokens));
  }

  async waiting(): Promise<string[]> {
    const before = new Date(this.clock.now().getTime() - 5_000);
    return this.db.tx(async (tx) =>
      (
        await tx.query<{ id: string }[]>(
          `SELECT id FROM evidence_export WHERE state = 'requested' AND requested_at < $1 LIMIT 50`,
          [before],
        )
      ).map(({ id }) => id),
    );
  }

  private async write(
    aside: string,
    order: ExportRow,
    row: PackageRow,
    custody: CustodyRow[],
    parts: ContainerFile[],
    files: readonly EvidenceFileRow[],
  ): Promise<string> {
    const fixed = new Map(files.map((file) => [file.path, file.sha256]));
    const key = await openSigner(this.config.sealKeyFile, this.config.keyPassphrase);
    const surveyed = await surveyFiles(parts);
    for (const { path, sha256 } of surveyed)
      if (fixed.has(path) && fixed.get(path) !== sha256) throw EvidenceProblem.blobDamaged({ path }); // never sealed
    const text = sealText({
      id: row.id,
      export: order.n,
      at: this.clock.now().toISOString(),
      manifestSha256: row.manifestSha256!,
      custody: { events: custody.length, lastEntrySha256: custody.at(-1)!.entrySha256 },
      signers: [key.name],
      files: surveyed.map(({ path, size, sha256, sm3 }) => ({ path, size, sha256, sm3 })),
      withheld: files
        .filter(({ path }) => order.withheld.includes(path))
        .map(({ path, size, sha256, sm3 }) => ({ path, size, sha256, sm3 })),
    });
    const seal = await signNote(text, [key]);
    await mkdir(this.config.stagingDir, { recursive: true });
    const out = createWriteStream(aside, { mode: 0o600 });
    await writeContainer([...surveyed, { path: 'SEAL', source: seal }], streamOut(out));
    out.end();
    await finished(out);
    return digestsOf(seal).sha256;
  }

  /** What is going to be put is written down before it is put, so that no crash leaves a container that nobody knows. */
  private async finish(order: ExportRow, sealSha256: string, aside: string): Promise<void> {
    const staged = await this.blobs.stage(aside);
    try {
      const intent = { sealSha256, blobSha256: staged.ref.sha256, size: staged.ref.size };
      const before = order.blobSha256 ?? IsNull();
      const { affected } = await this.db.tx((tx) =>
        tx.update(ExportRow, { id: order.id, state: 'requested', blobSha256: before }, intent),
      );
      if (!affected) return; // the job was delivered twice, and the other one is ahead
      failpoint('export.intended');
      await this.commit({ ...order, ...intent }, staged);
    } finally {
      await staged.drop();
    }
  }

  /**
   * The container gets its name while the order is locked: another delivery of the job cannot mean another container in between, so
   * none is left that no row names. Only this order waits meanwhile; an upload that outlasts the transaction is resumed by its note.
   */
  private async commit(order: ExportRow, staged?: StagedBlob): Promise<void> {
    const { packageId, n, sealSha256, requestedBy: who, recipient, ground, withheld, purpose } = order;
    await this.db.tx(async (tx) => {
      // Whoever disposes of the package waits, or has done it: then nothing is put any more that would have to be destroyed.
      await tx.query('SELECT FROM evidence_package WHERE id = $1 FOR SHARE', [packageId]);
      const row = await tx.findOne(ExportRow, { where: { id: order.id }, lock: { mode: 'pessimistic_write' } });
      // The entry names the seal of exactly the container that will be handed out.
      if (row?.state !== 'requested' || row.blobSha256 !== order.blobSha256) return;
      await this.evidence.getFixed(tx, packageId);
      await staged?.settle();
      if (staged) failpoint('export.put');
      const facts = { n, sealSha256, who, to: recipient ?? who, purpose, legalBasis: ground, withheld, receipt: null };
      await this.ledger.append(tx, { subject: packageId, type: 'evidence.exported', facts }, `${packageId}:exported:${n}`);
      failpoint('export.entryAppended');
      await tx.update(ExportRow, { id: order.id, state: 'requested' }, { state: 'ready', finishedAt: this.clock.now() });
      failpoint('export.beforeCommit');
    });
    failpoint('export.committed');
    this.log.info('evidence.exported', { packageId, n, sizeBytes: order.size });
  }
}
