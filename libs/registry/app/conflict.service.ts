import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AuditTrail } from '../../audit';
import { Clock } from '../../kernel';
import { currentClaims, Db, Facts, type Page, type PageQuery, pageOf } from '../../platform';
import { registryFacts } from '../domain/facts';
import { RegistryProblem } from '../domain/problems';
import { type ConflictDecision, ConflictRow } from '../store/history.entity';
import type { OutletRow } from '../store/outlet.entity';
import { RegistryRepository } from '../store/registry.repository';

/** Two subjects filed one address. Nothing is overwritten; an officer looks at both and decides. */
@Injectable()
export class ConflictService {
  constructor(
    private readonly db: Db,
    private readonly registry: RegistryRepository,
    private readonly trail: AuditTrail,
    private readonly facts: Facts,
    private readonly clock: Clock,
  ) {}

  /** Opens a conflict with every other subject that filed the address. Called in the transaction of the filing. */
  async openFor(tx: EntityManager, outlet: OutletRow): Promise<void> {
    // Two subjects filing the address in the same moment must see each other.
    await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('address:' || $1, 0))`, [outlet.domain]);
    for (const rival of await this.registry.rivals(tx, outlet)) {
      const fresh = await tx.query<{ id: string }[]>(
        `INSERT INTO registry_conflict (id, address, outlet_id, other_outlet_id, division_code, other_division_code, opened_at)
         SELECT $1, $2, $3, $4, $5, $6, $7 WHERE NOT EXISTS (SELECT FROM registry_conflict WHERE outlet_id = $4 AND other_outlet_id = $3 AND state = 'open')
         ON CONFLICT (outlet_id, other_outlet_id) DO NOTHING RETURNING id`,
        [
          randomUUID(),
          outlet.onPlatform ? outlet.url : outlet.domain,
          outlet.id,
          rival.outlet_id,
          outlet.divisionCode,
          rival.division_code,
          this.clock.now(),
        ],
      );
      for (const { id } of fresh) {
        await this.trail.record(tx, { act: 'conflict.opened', kind: 'conflict', id, details: { outletId: outlet.id } });
        await this.facts.publish(tx, registryFacts.conflictOpened, id, { conflictId: id, outletId: outlet.id });
      }
    }
  }

  /** Conflicts that stand against an outlet being used: all open ones, and those decided for the other side. */
  async standingAgainst(tx: EntityManager, outletId: string): Promise<ConflictRow[]> {
    const rows = await tx.find(ConflictRow, { where: [{ outletId }, { otherOutletId: outletId }] });
    return rows.filter(
      (row) =>
        row.state === 'open' ||
        (row.decision === 'keepExisting' && row.outletId === outletId) ||
        (row.decision === 'keepClaimant' && row.otherOutletId === outletId),
    );
  }

  find(query: PageQuery & { state?: string; outletId?: string }): Promise<Page<ConflictRow>> {
    return this.db.tx((tx) => {
      const found = tx.createQueryBuilder(ConflictRow, 'c');
      if (query.state) found.andWhere('c.state = :state', { state: query.state });
      if (query.outletId) found.andWhere('(c.outletId = :outlet OR c.otherOutletId = :outlet)', { outlet: query.outletId });
      return pageOf(found, query, { sortable: { openedAt: 'c.openedAt' }, defaultSort: 'openedAt', id: 'c.id' });
    });
  }

  decide(id: string, decision: ConflictDecision, reason: string): Promise<ConflictRow> {
    return this.db.tx(async (tx) => {
      const row = await tx.findOne(ConflictRow, { where: { id }, lock: { mode: 'pessimistic_write' } });
      if (!row) throw RegistryProblem.notFound();
      if (row.state !== 'open') throw RegistryProblem.conflictDecided();
      const decided = { state: 'decided' as const, decision, reason, decidedAt: this.clock.now(), decidedBy: currentClaims()!.actor };
      await tx.update(ConflictRow, { id }, decided);
      await this.trail.record(tx, { act: 'conflict.decided', kind: 'conflict', id, details: { decision, reason } });
      return Object.assign(row, decided);
    });
  }
}
