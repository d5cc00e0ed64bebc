import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { type BadgeAction, badgeStates } from '../domain/badge.states';
import { BadgeProblem } from '../domain/problems';
import { BadgeRow } from '../store/badge.entity';
import { BadgeRepository } from '../store/badge.repository';
import { BadgeRecorder } from './badge-recorder';

/**
 * What an order does to the badge of an outlet. Each call joins the caller's transaction and is safe to repeat. An outlet
 * without a badge is no fault: there is nothing to hold, and null is answered.
 */
@Injectable()
export class BadgeHolds {
  constructor(
    private readonly badges: BadgeRepository,
    private readonly recorder: BadgeRecorder,
  ) {}

  async suspendByOrder(tx: EntityManager, outletId: string, orderId: string, reason: string): Promise<BadgeRow | null> {
    const row = await this.badges.standing(tx, outletId);
    if (!row || row.orderHolds.includes(orderId)) return row;
    const orderHolds = [...row.orderHolds, orderId];
    if (row.state === 'suspended') return this.rehold(tx, row, orderHolds);
    return this.make(tx, row, 'suspendByOrder', orderId, reason, { orderHolds });
  }

  /** Lifts the hold of one order. The badge comes back when no other order and no officer holds it. */
  async restoreByOrder(tx: EntityManager, outletId: string, orderId: string, reason: string): Promise<BadgeRow | null> {
    const row = await this.badges.standing(tx, outletId);
    if (!row || !row.orderHolds.includes(orderId)) return row;
    const orderHolds = row.orderHolds.filter((held) => held !== orderId);
    if (orderHolds.length || row.officerHold) return this.rehold(tx, row, orderHolds);
    return this.make(tx, row, 'restoreByOrder', orderId, reason, { orderHolds });
  }

  /** The site is closed by decision: the badge ends with it. A restored site needs a new one. */
  async revokeByOrder(tx: EntityManager, outletId: string, orderId: string, reason: string): Promise<BadgeRow | null> {
    const row = await this.badges.standing(tx, outletId);
    return row && this.make(tx, row, 'revokeByOrder', orderId, reason, {});
  }

  private async make(
    tx: EntityManager,
    row: BadgeRow,
    action: BadgeAction,
    orderId: string,
    reason: string,
    further: Partial<BadgeRow>,
  ): Promise<BadgeRow> {
    const move = badgeStates.move(row.state, action);
    if (!move) throw BadgeProblem.illegalTransition({ state: row.state, action, allowed: [] });
    const made = { action, to: move.to, reason, orderId };
    const moved = await this.badges.move(tx, row, made, further);
    await this.recorder.moved(tx, moved, made);
    return moved;
  }

  private async rehold(tx: EntityManager, row: BadgeRow, orderHolds: string[]): Promise<BadgeRow> {
    await this.badges.touch(tx, row, { orderHolds });
    await this.recorder.changed(row.id);
    return Object.assign(row, { orderHolds, version: row.version + 1 });
  }
}
