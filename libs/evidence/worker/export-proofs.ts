import { Inject, Injectable, Optional } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Clock } from '../../kernel';
import type { ContainerFile } from '../../proof';
import { ContentService } from '../app/content.service';
import { EvidenceService } from '../app/evidence.service';
import { PackageProofs } from '../app/package-proofs';
import type { ExportRow, PackageRow } from '../store/evidence.entity';
import { evidenceWorkerConfig, type EvidenceWorkerConfig } from '../evidence-worker.config';
import type { CustodyRow } from '../store/ledger';
import { type AnchorRow, LedgerAnchors } from '../store/ledger-anchors';
import { LedgerTrees, type StoredCheckpoint } from '../store/ledger-trees';

/** An export waits this long for the signer and for a token over its checkpoint; then it goes out without, and the verifier says so. */
const PATIENCE_MS = 90_000;

/** What shows that the package stands in the agency's log: both trees, the newest checkpoint, and how it grew from the one before the capture. */
@Injectable()
export class ExportProofs {
  constructor(
    private readonly clock: Clock,
    private readonly trees: LedgerTrees,
    private readonly evidence: EvidenceService,
    private readonly anchors: LedgerAnchors = new LedgerAnchors(),
    @Optional() @Inject(evidenceWorkerConfig.provide) private readonly config: EvidenceWorkerConfig | null = null,
    @Optional() private readonly content?: ContentService,
  ) {}

  /** The files of `proofs/` besides the custody chain; null when the signer has not come so far and waiting is still worth it. */
  async of(
    tx: EntityManager,
    row: PackageRow,
    custody: readonly CustodyRow[],
    order: ExportRow,
  ): Promise<ContainerFile[] | null> {
    const origin = this.evidence.logOrigin(row.requestedAt);
    const last = Number(custody.at(-1)!.idx);
    const newest = await this.trees.checkpointCovering(tx, origin, last + 1);
    const isWorthWaiting = this.clock.now().getTime() - order.requestedAt.getTime() < PATIENCE_MS;
    if (!newest) return isWorthWaiting ? null : [];
    const stamped = await this.anchors.newestStamped(tx, origin, last + 1, this.content?.trust().algorithms);
    if (!stamped && this.config?.tsaUrls.length && isWorthWaiting) return null;
    const checkpoint = stamped ? await this.asStamped(tx, stamped) : newest;
    return new PackageProofs(this.trees, this.anchors).at(tx, { row, custody, checkpoint, token: stamped?.token ?? null });
  }

  /** The checkpoint of that size with the note that was stamped. */
  private async asStamped(tx: EntityManager, { origin, size, note }: AnchorRow): Promise<StoredCheckpoint> {
    const found = (await this.trees.checkpoints(tx, origin)).find((checkpoint) => checkpoint.size === size)!;
    return { ...found, note };
  }
}
