import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Clock } from '../../kernel';
import { currentClaims } from '../../platform';
import type { Changes } from '../domain/changes';
import type { Source } from '../domain/subject-types';
import { type HistoryEntity, HistoryRow } from './history.entity';

export interface HistoryEntry {
  entity: HistoryEntity;
  entityId: string;
  version: number;
  source: Source;
  reason?: string | null;
  changes: Changes;
  divisionCode: string | null;
}

/** What the register asks of the database beyond single rows. */
@Injectable()
export class RegistryRepository {
  constructor(private readonly clock: Clock) {}

  /** Whether the caller's claim covers a division. Asked before writing, so that the answer is a refusal and not a database fault. */
  async covers(tx: EntityManager, divisionCode: string): Promise<boolean> {
    const [row] = await tx.query<{ inside: boolean }[]>('SELECT nms_in_scope($1) AS inside', [divisionCode]);
    return row?.inside ?? false;
  }

  async record(tx: EntityManager, entry: HistoryEntry): Promise<void> {
    await tx.query(
      `INSERT INTO registry_history (entity, entity_id, version, at, actor, source, reason, changes, division_code)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      [
        entry.entity,
        entry.entityId,
        entry.version,
        this.clock.now(),
        currentClaims()!.actor,
        entry.source,
        entry.reason ?? null,
        JSON.stringify(entry.changes),
        entry.divisionCode,
      ],
    );
  }

  historyOf(tx: EntityManager, entity: HistoryEntity, entityId: string): Promise<HistoryRow[]> {
    return tx.find(HistoryRow, { where: { entity, entityId }, order: { version: 'DESC' } });
  }

  /** Outlets of other subjects at the same address, in any division. */
  rivals(tx: EntityManager, outlet: { subjectId: string; domain: string; url: string; onPlatform: boolean }) {
    return tx.query<{ outlet_id: string; division_code: string }[]>('SELECT * FROM registry_rival_outlets($1, $2, $3, $4)', [
      outlet.subjectId,
      outlet.domain,
      outlet.url,
      outlet.onPlatform,
    ]);
  }

  async lookalikes(tx: EntityManager, domain: string, skeleton: string): Promise<string[]> {
    const rows = await tx.query<{ name: string }[]>('SELECT registry_lookalikes($1, $2) AS name', [domain, skeleton]);
    return rows.map(({ name }) => name);
  }
}
