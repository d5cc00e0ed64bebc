import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Db, systemClaims } from '../../platform';
import { type AuditEvent, firstBreak, link } from '../domain/audit-chain';
import { AuditEventRow, AuditLinkRow } from '../store/audit.entity';

const BATCH = 1_000;

export interface ChainReport {
  links: number;
  /** Events that wait for their link; more than a few seconds' worth means that the worker is not running. */
  waiting: number;
  /** Position of the first link that does not verify; null when all do. */
  broken: number | null;
  head: string | null;
}

/**
 * Gives committed events their place in the chain. One sequencer at a time holds the lock; writers never wait for it. An event
 * that commits late simply gets a later place: the order of the chain is the order of becoming visible.
 */
@Injectable()
export class AuditSequencer {
  constructor(private readonly db: Db) {}

  /** Links what waits; returns how many. */
  async linkWaiting(): Promise<number> {
    return this.db.as(systemClaims('audit'), async (tx) => {
      await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('nms:audit', 0))`);
      const waiting = await tx
        .createQueryBuilder(AuditEventRow, 'e')
        .where('NOT EXISTS (SELECT FROM audit_link l WHERE l.event_id = e.id)')
        .orderBy('e.id')
        .take(BATCH)
        .getMany();
      let last = await tx.findOne(AuditLinkRow, { where: {}, order: { seq: 'DESC' } });
      for (const event of waiting) {
        const next = Object.assign(new AuditLinkRow(), link(last, event));
        await tx.insert(AuditLinkRow, next);
        last = next;
      }
      return waiting.length;
    });
  }

  /** Re-derives the whole chain from the stored events, in batches. */
  async verify(): Promise<ChainReport> {
    return this.db.as(systemClaims('audit'), async (tx) => {
      let last: AuditLinkRow | null = null;
      let links = 0;
      for (;;) {
        const batch: AuditLinkRow[] = await this.after(tx, last?.seq ?? 0);
        if (!batch.length) break;
        const byId = new Map((await this.events(tx, batch)).map((event) => [event.id, event]));
        const broken = firstBreak(
          batch,
          batch.map(({ eventId }) => byId.get(eventId) ?? null),
          last,
        );
        if (broken !== null) return { links, waiting: await this.countWaiting(tx), broken, head: last?.digest ?? null };
        links += batch.length;
        last = batch.at(-1)!;
      }
      return { links, waiting: await this.countWaiting(tx), broken: null, head: last?.digest ?? null };
    });
  }

  private after(tx: EntityManager, seq: number): Promise<AuditLinkRow[]> {
    return tx.createQueryBuilder(AuditLinkRow, 'l').where('l.seq > :seq', { seq }).orderBy('l.seq').take(BATCH).getMany();
  }

  private events(tx: EntityManager, links: readonly AuditLinkRow[]): Promise<AuditEvent[]> {
    return tx
      .createQueryBuilder(AuditEventRow, 'e')
      .where('e.id = ANY(:ids)', { ids: links.map(({ eventId }) => eventId) })
      .getMany();
  }

  private async countWaiting(tx: EntityManager): Promise<number> {
    const [row] = await tx.query<{ n: string }[]>(
      'SELECT count(*) AS n FROM audit_event e WHERE NOT EXISTS (SELECT FROM audit_link l WHERE l.event_id = e.id)',
    );
    return Number(row?.n ?? 0);
  }
}
