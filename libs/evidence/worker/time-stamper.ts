import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Clock } from '../../kernel';
import { Db, Facts, failpoint, Log } from '../../platform';
import { ContentService } from '../app/content.service';
import { evidenceWorkerConfig, type EvidenceWorkerConfig } from '../evidence-worker.config';
import { PackageRow, StampRow } from '../store/evidence.entity';
import { Ledger } from '../store/ledger';
import { askAuthority, authoritiesOf, isOutside, pauseMs, type ReceivedToken, type StampAuthority } from './authorities';

const ALARM_AFTER_MS = 3_600_000;

/**
 * Asks time stamp authorities (RFC 3161) to date the signature over the manifest. Only a token that passes the strict profile is
 * kept; everything else is a failed try, and trying never ends. The capture goes on meanwhile: a stamp is late, never faked.
 */
@Injectable()
export class TimeStamper {
  constructor(
    private readonly db: Db,
    private readonly clock: Clock,
    private readonly content: ContentService,
    private readonly ledger: Ledger,
    private readonly facts: Facts,
    private readonly log: Log,
    @Inject(evidenceWorkerConfig.provide) private readonly config: EvidenceWorkerConfig,
  ) {}

  /** Packages that still lack a token of a configured authority and whose next round is due. */
  async waiting(): Promise<string[]> {
    const names = this.authorities().map(({ name }) => name);
    if (!names.length) return [];
    return this.db.tx(async (tx) => {
      const rows = await tx.query<{ id: string }[]>(
        `SELECT p.id FROM evidence_package p WHERE p.state IN ('fixed', 'stamped', 'confirmed', 'sealed', 'transferred') AND p.frozen_at IS NULL AND (p.stamp_next_at IS NULL OR p.stamp_next_at <= $1)
           AND (SELECT count(*) FROM evidence_stamp s WHERE s.package_id = p.id AND s.tsa = ANY ($2)) < $3 ORDER BY p.fixed_at LIMIT 20`,
        [this.clock.now(), names, names.length],
      );
      return rows.map(({ id }) => id);
    });
  }

  /** One round over the authorities that have not answered yet. */
  async stamp(packageId: string): Promise<void> {
    const { sig, have } = await this.db.tx(async (tx) => ({
      sig: await this.content.bytes(await this.content.file(tx, packageId, 'MANIFEST.sig')),
      have: (await tx.findBy(StampRow, { packageId })).map(({ tsa }) => tsa),
    }));
    let failed = false;
    for (const authority of this.authorities().filter(({ name }) => !have.includes(name))) {
      try {
        const response = await askAuthority(authority, new Uint8Array(sig), {
          tsa: this.content.trust().tsa,
          timeoutMs: this.config.tsaTimeoutMs,
        });
        failpoint('stamp.received');
        await this.keep(packageId, authority, response);
      } catch (fault) {
        failed = true;
        this.log.warn('evidence.stamp.refused', { packageId, tsa: authority.name, reason: (fault as Error).message });
      }
    }
    if (failed) await this.postpone(packageId);
  }

  private authorities(): StampAuthority[] {
    return authoritiesOf(this.config.tsaUrls);
  }

  private async keep(packageId: string, { name, algorithm }: StampAuthority, { bytes, token }: ReceivedToken): Promise<void> {
    await this.db.tx(async (tx) => {
      const row = await tx.findOneOrFail(PackageRow, { where: { id: packageId }, lock: { mode: 'pessimistic_write' } });
      if (await tx.existsBy(StampRow, { packageId, tsa: name })) return;
      const receivedAt = this.clock.now();
      const tokenSha256 = createHash('sha256').update(bytes).digest('hex');
      const genTime = new Date(token.genTime);
      await tx.insert(StampRow, {
        packageId,
        tsa: name,
        algorithm,
        token: Buffer.from(bytes),
        tokenSha256,
        genTime,
        serial: token.serial,
        receivedAt,
        signerNotAfter: new Date(token.signerNotAfter),
      });
      failpoint('stamp.inserted');
      const facts = {
        tokenSha256,
        tsa: name,
        genTime: token.genTime,
        serial: token.serial,
        algorithm,
        delayMs: genTime.getTime() - row.fixedAt!.getTime(),
      };
      await this.ledger.append(tx, { subject: packageId, type: 'evidence.stamped', facts }, `${packageId}:stamped:${name}`);
      failpoint('stamp.entryAppended');
      const dated = await this.datedBy(tx, packageId);
      if (dated.by !== row.datedBy) await tx.update(PackageRow, { id: packageId }, { datedBy: dated.by });
      if (row.state === 'fixed' && dated.isEnough) {
        await tx.update(
          PackageRow,
          { id: packageId },
          { state: 'stamped', stampTries: 0, stampNextAt: null, version: row.version + 1 },
        );
        await this.facts.publish(tx, 'evidence.stamped', packageId, { packageId, tsa: name });
      }
      failpoint('stamp.beforeCommit');
    });
    failpoint('stamp.committed');
  }

  /**
   * Whose word dates the package, and whether it is enough to call it 已固定: as many tokens from outside as the published policy asks,
   * which is what a verifier asks for level 3. Where no authority outside is configured the agency may have said that its own counts;
   * that never goes unsaid beside the state (evidence specification, sections 2 and 8).
   */
  private async datedBy(tx: EntityManager, packageId: string): Promise<{ by: 'outside' | 'internal'; isEnough: boolean }> {
    const { tsa, policy } = this.content.trust();
    const stamps = await tx.findBy(StampRow, { packageId });
    const outside = stamps.filter((stamp) => isOutside(stamp.tsa, tsa)).length;
    const needed = Math.max(1, policy.tokens);
    const mayCountOwn = this.config.tsaInternalCounts && !this.authorities().some(({ name }) => isOutside(name, tsa));
    return {
      by: outside > 0 ? 'outside' : 'internal',
      isEnough: outside >= needed || (mayCountOwn && stamps.length >= needed),
    };
  }

  private async postpone(packageId: string): Promise<void> {
    await this.db.tx(async (tx) => {
      const row = await tx.findOneByOrFail(PackageRow, { id: packageId });
      const pause = pauseMs(row.stampTries);
      const now = this.clock.now();
      await tx.update(
        PackageRow,
        { id: packageId },
        { stampTries: row.stampTries + 1, stampNextAt: new Date(now.getTime() + pause) },
      );
      if (row.state === 'fixed' && now.getTime() - row.fixedAt!.getTime() > ALARM_AFTER_MS)
        this.log.error('evidence.stamp.overdue', {
          packageId,
          tries: row.stampTries + 1,
          sinceMs: now.getTime() - row.fixedAt!.getTime(),
        });
    });
  }
}
