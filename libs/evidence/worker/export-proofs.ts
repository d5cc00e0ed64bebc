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
import { authoritiesOf, stampingOf } from './authorities';

/** An export waits this long for the signer, as the specification gives it that long (section 17); then it goes out without, and the verifier says so. */
const SIGNER_PATIENCE_MS = 90_000;
/**
 * And no longer than this for a token over its checkpoint, for which the specification has no wait: the authority is asked at once, and
 * when none of them answers the export goes out with the checkpoint alone. The token comes later, for the next export.
 */
const TOKEN_PATIENCE_MS = 15_000;

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
    const waitedMs = this.clock.now().getTime() - order.requestedAt.getTime();
    if (!newest) return waitedMs < SIGNER_PATIENCE_MS ? null : [];
    const stamped = await this.anchors.newestStamped(tx, origin, last + 1, this.content?.trust().algorithms);
    if (!stamped && waitedMs < TOKEN_PATIENCE_MS && (await this.isTokenToCome(tx, origin))) return null;
    const checkpoint = stamped ? await this.asStamped(tx, stamped) : newest;
    return new PackageProofs(this.trees, this.anchors).at(tx, { row, custody, checkpoint, token: stamped?.token ?? null });
  }

  /** Whether an authority is still to be asked: one that refused a moment ago is asked again later, and nobody waits for that. */
  private async isTokenToCome(tx: EntityManager, origin: string): Promise<boolean> {
    const names = authoritiesOf(this.config?.tsaUrls ?? []).map(({ name }) => name);
    if (!names.length) return false;
    const refused = await tx.query<unknown[]>('SELECT FROM ledger_retry WHERE what = ANY ($1) AND next_at > $2', [
      names.map((name) => stampingOf(origin, name)),
      this.clock.now(),
    ]);
    return refused.length < names.length;
  }

  /** The checkpoint of that size with the note that was stamped. */
  private async asStamped(tx: EntityManager, { origin, size, note }: AnchorRow): Promise<StoredCheckpoint> {
    const found = (await this.trees.checkpoints(tx, origin)).find((checkpoint) => checkpoint.size === size)!;
    return { ...found, note };
  }
}
