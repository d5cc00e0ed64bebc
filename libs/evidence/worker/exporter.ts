import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { Inject, Injectable } from '@nestjs/common';
import { canonicalJson, Clock } from '../../kernel';
import { BlobStore, Db, Log } from '../../platform';
import { type ContainerFile, digestsOf, sealText, signNote, streamOut, surveyFiles, writeContainer } from '../../proof';
import { ContentService } from '../app/content.service';
import { EvidenceService } from '../app/evidence.service';
import { packageReadme } from '../domain/package-readme';
import { evidenceWorkerConfig, type EvidenceWorkerConfig } from '../evidence-worker.config';
import { openSigner } from './open-signer';
import { ExportRow, type PackageRow, StampRow } from '../store/evidence.entity';
import { type CustodyRow, Ledger } from '../store/ledger';
import { ExportProofs } from './export-proofs';
import { ExportReport } from './export-report';
import { LedgerSequencer } from './ledger-sequencer';

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
    private readonly log: Log,
    @Inject(evidenceWorkerConfig.provide) private readonly config: EvidenceWorkerConfig,
  ) {}

  async build(exportId: string): Promise<void> {
    const order = await this.db.tx((tx) => tx.findOneBy(ExportRow, { id: exportId }));
    if (order?.state !== 'requested') return;
    await this.sequencer.place();
    const { row, custody, files } = await this.db.tx(async (tx) => ({
      row: await this.evidence.getFixed(tx, order.packageId),
      custody: await this.ledger.custodyOf(tx, order.packageId),
      files: await this.content.files(tx, order.packageId),
    }));
    const proofs = await this.db.tx((tx) => this.proofs.of(tx, row, custody, order));
    if (!proofs) return; // the sweep looks again when the signer has come so far
    const stamps = await this.stampsOf(order.packageId);
    const report = await this.db.tx((tx) => this.report.of(tx, row, files, stamps.length > 0));
    const parts: ContainerFile[] = await Promise.all(
      files.map(async ({ path, sha256 }) => ({ path, source: await this.blobs.source(sha256) })),
    );
    parts.push(
      { path: 'README.txt', source: packageReadme(row.number, row.id) },
      { path: 'proofs/custody.jsonl', source: custodyLines(custody) },
      ...proofs,
      ...report,
      ...stamps.map(({ algorithm, token }) => ({ path: `proofs/manifest.${algorithm}.tsr`, source: new Uint8Array(token) })),
    );
    const aside = join(this.config.stagingDir, `${exportId}.evp`);
    try {
      await this.finish(order, row, await this.write(aside, order, row, custody, parts), aside);
    } finally {
      await rm(aside, { force: true });
    }
  }

  /** One token an algorithm: the package has a place for each (specification section 3). */
  private async stampsOf(packageId: string): Promise<StampRow[]> {
    const all = await this.db.tx((tx) => tx.find(StampRow, { where: { packageId }, order: { genTime: 'ASC' } }));
    return [...Map.groupBy(all, ({ algorithm }) => algorithm).values()].map(([first]) => first!);
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
  ): Promise<string> {
    const key = await openSigner(this.config.sealKeyFile, this.config.keyPassphrase);
    const surveyed = await surveyFiles(parts);
    const text = sealText({
      id: row.id,
      export: order.n,
      at: this.clock.now().toISOString(),
      manifestSha256: row.manifestSha256!,
      custody: { events: custody.length, lastEntrySha256: custody.at(-1)!.entrySha256 },
      signers: [key.name],
      files: surveyed.map(({ path, size, sha256, sm3 }) => ({ path, size, sha256, sm3 })),
      withheld: [],
    });
    const seal = await signNote(text, [key]);
    await mkdir(this.config.stagingDir, { recursive: true });
    const out = createWriteStream(aside, { mode: 0o600 });
    await writeContainer([...surveyed, { path: 'SEAL', source: seal }], streamOut(out));
    out.end();
    await finished(out);
    return digestsOf(seal).sha256;
  }

  private async finish(order: ExportRow, row: PackageRow, sealSha256: string, aside: string): Promise<void> {
    const blob = await this.blobs.putOnce(aside);
    await this.db.tx(async (tx) => {
      const facts = { n: order.n, sealSha256, to: order.requestedBy, purpose: order.purpose, legalBasis: null, receipt: null };
      await this.ledger.append(tx, { subject: row.id, type: 'evidence.exported', facts }, `${row.id}:exported:${order.n}`);
      await tx.update(
        ExportRow,
        { id: order.id, state: 'requested' },
        { state: 'ready', sealSha256, blobSha256: blob.sha256, size: blob.size, finishedAt: this.clock.now() },
      );
    });
    this.log.info('evidence.exported', { packageId: row.id, n: order.n, sizeBytes: blob.size });
  }
}

/** `proofs/custody.jsonl` (specification, Appendix A): one line an entry, with the salted event to which it commits. */
function custodyLines(custody: readonly CustodyRow[]): Uint8Array {
  const lines = custody.map(({ entry, body, idx }) =>
    canonicalJson({
      entry: JSON.parse(entry.toString()) as object,
      event: body === null ? null : (JSON.parse(body) as object),
      idx: Number(idx),
    }),
  );
  return new Uint8Array(Buffer.from(lines.map((line) => `${line}\n`).join('')));
}
