import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Clock } from '../../kernel';
import { type BlobFault, BlobReplica, BlobStore, Db, type Examined, Log } from '../../platform';
import { EvidenceService } from '../app/evidence.service';
import { EvidenceProblem } from '../domain/problems';
import { PackageRow } from '../store/evidence.entity';
import type { LedgerEvent } from '../domain/ledger-entry';
import { IncidentRow } from '../store/incident.entity';
import { Ledger } from '../store/ledger';
import { type BlobReference, dueReferences, referencesBehind, referencesOf, referencesTo } from './scrub-due';

export interface ScrubReport {
  blobs: number;
  bytes: number;
  packages: number;
  incidents: {
    packageId: string | null;
    path: string;
    what: BlobFault;
    place: string;
    replica: ReplicaState;
    replicaPlace: string | null;
  }[];
}

type ReplicaState = 'none' | 'whole' | 'damaged';

interface Damage extends BlobReference {
  what: BlobFault;
  observed: string | null;
  replica: ReplicaState;
}

const BATCH = 500;

/**
 * Re-hashes stored bytes for as long as they are kept: every blob each 90 days, a random 1 % daily, all after a restore. A
 * package with a damaged blob is frozen until somebody has put it right; a whole replica is offered, and nothing is overwritten.
 */
@Injectable()
export class Scrub {
  constructor(
    private readonly db: Db,
    private readonly clock: Clock,
    private readonly blobs: BlobStore,
    private readonly replica: BlobReplica,
    private readonly ledger: Ledger,
    private readonly evidence: EvidenceService,
    private readonly log: Log,
  ) {}

  /** What is due now, at most `limit` blobs in one call. */
  async run({ limit = Infinity }: { limit?: number } = {}): Promise<ScrubReport> {
    const report = emptyReport();
    const began = this.clock.now();
    for (let left = limit; left > 0; left -= BATCH) {
      const due = await this.db.tx((tx) => dueReferences(tx, began, Math.min(BATCH, left)));
      if (due.length) await this.check(due, began, report, true);
      if (due.length < BATCH) break;
    }
    return report;
  }

  /** Everything: a must after a restore, where rows and bytes may be of different days. */
  async all(): Promise<ScrubReport> {
    const report = emptyReport();
    for (let last: BlobReference | null = null; ;) {
      const batch: BlobReference[] = await this.db.tx((tx) => referencesBehind(tx, last, BATCH));
      if (batch.length) await this.check(batch, this.clock.now(), report, true);
      if (batch.length < BATCH) return report;
      last = batch.at(-1)!;
    }
  }

  /** One package, now: somebody who read it met bytes that are not what they were. */
  async package(packageId: string): Promise<ScrubReport> {
    const report = emptyReport();
    const references = await this.db.tx((tx) => referencesOf(tx, packageId));
    if (references.length) await this.check(references, this.clock.now(), report, false);
    return report;
  }

  /**
   * Lifts the freeze after somebody has put the bytes right, for a reason that stands in the custody chain. Refuses with
   * `evidence.frozen` while anything is still damaged.
   */
  async release(packageId: string, reason: string): Promise<ScrubReport> {
    const report = emptyReport();
    await this.check(await this.db.tx((tx) => referencesOf(tx, packageId)), this.clock.now(), report, false);
    if (report.incidents.length) throw EvidenceProblem.frozen();
    await this.db.tx(async (tx) => {
      const row = await tx.findOneOrFail(PackageRow, { where: { id: packageId }, lock: { mode: 'pessimistic_write' } });
      if (!row.frozenAt) return;
      await tx.update(PackageRow, { id: packageId }, { frozenAt: null, version: row.version + 1 });
      await this.ledger.appendAll(tx, [verified(packageId, report.blobs, `released: ${reason}`)]);
    });
    return report;
  }

  private async check(references: readonly BlobReference[], at: Date, report: ScrubReport, note: boolean): Promise<void> {
    const damaged = new Map<string, Pick<Damage, 'what' | 'observed' | 'replica'>>();
    for (const [sha256, [{ size }]] of Map.groupBy(references, (reference) => reference.sha256) as Map<string, [BlobReference]>) {
      const found = await this.blobs.examine(sha256, size);
      report.blobs += 1;
      report.bytes += found.bytes;
      await this.db.tx((tx) => keepCheck(tx, sha256, at, found));
      if (found.fault)
        damaged.set(sha256, { what: found.fault, observed: found.observed, replica: await this.replicaOf(sha256, size) });
    }
    // Two packages may hold the same bytes: the damage is told of both, also of the one that was not due.
    const hit = damaged.size ? await this.db.tx((tx) => referencesTo(tx, [...damaged.keys()])) : [];
    for (const [packageId, its] of Map.groupBy(hit, (reference) => reference.packageId)) {
      const damages = its.map((reference): Damage => ({ ...reference, ...damaged.get(reference.sha256)! }));
      for (const { path, sha256, what, replica } of damages)
        report.incidents.push({ packageId, path, what, replica, ...this.placesOf(sha256, replica) });
      await this.tell(packageId, damages, at);
    }
    const touched = Map.groupBy(references, (reference) => reference.packageId);
    touched.delete(null);
    report.packages += touched.size;
    if (!note) return;
    for (const packageId of hit.map((reference) => reference.packageId)) touched.delete(packageId);
    const whole = [...touched].map(([packageId, its]) => verified(packageId!, its.length, null));
    if (whole.length) await this.db.tx((tx) => this.ledger.appendAll(tx, whole));
  }

  private placesOf(sha256: string, replica: ReplicaState): { place: string; replicaPlace: string | null } {
    return {
      place: this.blobs.placeOf(sha256),
      replicaPlace: replica === 'whole' ? this.replica.store!.placeOf(sha256) : null,
    };
  }

  private async replicaOf(sha256: string, size: number): Promise<ReplicaState> {
    if (!this.replica.store) return 'none';
    const { fault } = await this.replica.store.examine(sha256, size);
    return fault === null ? 'whole' : fault === 'missing' ? 'none' : 'damaged';
  }

  /** The incident, its entry and the freeze in one; the same damage found again tonight says nothing new. */
  private async tell(packageId: string | null, damages: Damage[], at: Date): Promise<void> {
    const subject = packageId ?? this.evidence.logOrigin(at);
    await this.db.tx(async (tx) => {
      const row =
        packageId && (await tx.findOneOrFail(PackageRow, { where: { id: packageId }, lock: { mode: 'pessimistic_write' } }));
      for (const damage of damages) {
        if (await knownIncident(tx, damage)) continue;
        const { path, sha256, what, observed, replica } = damage;
        await tx.insert(IncidentRow, {
          id: randomUUID(),
          packageId,
          path,
          sha256,
          what,
          observed,
          replica,
          foundAt: at,
          foundBy: 'scrub',
        });
        const facts = { what, blob: sha256, path, expected: sha256, observed, replica };
        await this.ledger.append(tx, { subject, type: 'evidence.incident', facts }, `${subject}:incident:${randomUUID()}`);
      }
      if (row && !row.frozenAt) await tx.update(PackageRow, { id: row.id }, { frozenAt: at, version: row.version + 1 });
    });
    for (const { path, what, replica } of damages) this.log.error('evidence.incident', { packageId, path, what, replica });
  }
}

function verified(packageId: string, blobs: number, reason: string | null): LedgerEvent & { key: string } {
  const facts = { verdict: 'PASSED', level: 1, reasons: reason ? [reason] : [], tool: 'scrub', blobs };
  return { subject: packageId, type: 'evidence.verified', facts, key: `${packageId}:scrubbed:${randomUUID()}` };
}

function emptyReport(): ScrubReport {
  return { blobs: 0, bytes: 0, packages: 0, incidents: [] };
}

async function keepCheck(tx: EntityManager, sha256: string, at: Date, { fault }: Examined): Promise<void> {
  // Nothing is noted of what was destroyed by order while it was looked at.
  await tx.query(
    `INSERT INTO blob_check SELECT $1::text, $2::timestamptz, $3::text WHERE EXISTS (SELECT FROM blob_reference WHERE sha256 = $1::text)
     ON CONFLICT (sha256) DO UPDATE SET checked_at = excluded.checked_at, fault = excluded.fault`,
    [sha256, at, fault],
  );
}

/** Whether this damage was told since the package was last frozen; after a release the same damage is a new one. */
async function knownIncident(tx: EntityManager, { packageId, path, sha256, what }: Damage): Promise<boolean> {
  const [known] = await tx.query<unknown[]>(
    `SELECT FROM evidence_incident i LEFT JOIN evidence_package p ON p.id = i.package_id
     WHERE i.package_id IS NOT DISTINCT FROM $1 AND i.path = $2 AND i.sha256 = $3 AND i.what = $4 AND (i.package_id IS NULL OR i.found_at >= p.frozen_at) LIMIT 1`,
    [packageId, path, sha256, what],
  );
  return known !== undefined;
}
