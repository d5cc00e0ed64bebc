import { Injectable } from '@nestjs/common';
import { type EntityManager, In, MoreThan, Not } from 'typeorm';
import { Clock } from '../../kernel';
import { currentClaims } from '../../platform';
import type { BadgeAction, BadgeState } from '../domain/badge.states';
import { BadgeProblem } from '../domain/problems';
import { BadgeEventRow, BadgeRow } from './badge.entity';
import { ControlProofRow } from './control-proof.entity';

export interface Move {
  action: BadgeAction | 'issue';
  to: BadgeState;
  reason: string | null;
  orderId?: string;
}

/** Reads and writes of badges; what it writes always leaves its event. */
@Injectable()
export class BadgeRepository {
  constructor(private readonly clock: Clock) {}

  async byId(tx: EntityManager, id: string): Promise<BadgeRow> {
    const row = await tx.findOne(BadgeRow, { where: { id }, relations: { subject: true, outlet: true } });
    if (!row) throw BadgeProblem.notFound();
    return row;
  }

  async lockedById(tx: EntityManager, id: string): Promise<BadgeRow> {
    const row = await tx.findOne(BadgeRow, { where: { id }, lock: { mode: 'pessimistic_write' } });
    if (!row) throw BadgeProblem.notFound();
    return row;
  }

  /** Officers who issue for one outlet at once queue up here until commit: there is no row yet that could be locked. */
  async queueUp(tx: EntityManager, outletId: string): Promise<void> {
    await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('badge:' || $1, 0))`, [outletId]);
  }

  /** The badge of an outlet that is not revoked, locked; there is at most one. */
  standing(tx: EntityManager, outletId: string): Promise<BadgeRow | null> {
    return tx.findOne(BadgeRow, { where: { outletId, state: Not('revoked') }, lock: { mode: 'pessimistic_write' } });
  }

  /** The proof that counts now: proved, of the address as filed, not older than 90 days; the one that lasts longest. */
  validProof(tx: EntityManager, outletId: string, host: string): Promise<ControlProofRow | null> {
    return tx.findOne(ControlProofRow, {
      where: { outletId, host, state: In(['proved', 'checking']), validUntil: MoreThan(this.clock.now()) },
      order: { validUntil: 'DESC' },
    });
  }

  async insert(tx: EntityManager, row: BadgeRow): Promise<void> {
    await tx.insert(BadgeRow, row);
    await this.event(tx, row.id, null, { action: 'issue', to: row.state, reason: null });
  }

  /** Makes the move in the row; every change raises the version, and with it the need of a new signature. */
  async move(tx: EntityManager, row: BadgeRow, move: Move, further: Partial<BadgeRow> = {}): Promise<BadgeRow> {
    const since = move.to === row.state ? row.stateSince : this.clock.now();
    const next = { ...further, state: move.to, stateSince: since, reason: move.reason, version: row.version + 1 };
    await tx.update(BadgeRow, { id: row.id }, next);
    await this.event(tx, row.id, row.state, move);
    return Object.assign(row, next);
  }

  /** Something printed in the record changed, the state did not. */
  async touch(tx: EntityManager, row: BadgeRow, further: Partial<BadgeRow> = {}): Promise<void> {
    await tx.update(BadgeRow, { id: row.id }, { ...further, version: row.version + 1 });
  }

  events(tx: EntityManager, badgeId: string): Promise<BadgeEventRow[]> {
    return tx.find(BadgeEventRow, { where: { badgeId }, order: { id: 'ASC' } });
  }

  private async event(tx: EntityManager, badgeId: string, from: BadgeState | null, move: Move): Promise<void> {
    await tx.query(
      `INSERT INTO badge_event (badge_id, at, actor, action, from_state, to_state, reason, order_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [badgeId, this.clock.now(), currentClaims()!.actor, move.action, from, move.to, move.reason, move.orderId ?? null],
    );
  }
}
