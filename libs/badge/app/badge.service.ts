import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Clock } from '../../kernel';
import { currentClaims, Db, type Page, type PageQuery, pageOf, PlatformProblem, type SessionOfficer } from '../../platform';
import { OutletService } from '../../registry';
import { type BadgeState, badgeStates, type OfficerAction, officerActions } from '../domain/badge.states';
import { BadgeProblem } from '../domain/problems';
import { type BadgeEventRow, BadgeRow } from '../store/badge.entity';
import { BadgeRepository } from '../store/badge.repository';
import { BadgeIssuing } from './badge-issuing';
import { BadgeRecorder } from './badge-recorder';

export interface BadgeFilter extends PageQuery {
  state?: BadgeState;
  outletId?: string;
  subjectId?: string;
}

/** What officers do with badges. What orders and the worker do is in `BadgeHolds` and `BadgeUpkeep`. */
@Injectable()
export class BadgeService {
  constructor(
    private readonly db: Db,
    private readonly badges: BadgeRepository,
    private readonly outlets: OutletService,
    private readonly issuing: BadgeIssuing,
    private readonly recorder: BadgeRecorder,
    private readonly clock: Clock,
  ) {}

  /** Issues the badge of an outlet whose control is proved (AC-MER-1.1) and whose address nobody else claims. */
  issue(outletId: string): Promise<BadgeRow> {
    return this.db.tx(async (tx) => {
      const outlet = await this.outlets.byId(tx, outletId);
      await this.issuing.refuseUnfit(tx, outletId, outlet.subjectId);
      await this.badges.queueUp(tx, outletId);
      const standing = await this.badges.standing(tx, outletId);
      if (standing) throw BadgeProblem.alreadyIssued({ badgeId: standing.id });
      const proof = await this.badges.validProof(tx, outletId, outlet.domain);
      if (!proof) throw BadgeProblem.notProved({ outletId });
      const at = this.clock.now();
      const row = Object.assign(new BadgeRow(), {
        id: randomUUID(),
        version: 1,
        code: await this.issuing.freshCode(tx, outlet.divisionCode, at),
        subjectId: outlet.subjectId,
        outletId,
        divisionCode: outlet.divisionCode,
        office: await this.issuing.officeOf(tx, outlet.divisionCode),
        state: badgeStates.initial,
        stateSince: at,
        reason: null,
        officerHold: false,
        orderHolds: [],
        issuedAt: at,
        issuedBy: currentClaims()!.actor,
        provedUntil: proof.validUntil,
        record: null,
        signature: null,
        keyId: null,
        signedVersion: null,
      });
      await this.badges.insert(tx, row);
      await this.recorder.moved(tx, row, { action: 'issue', to: row.state, reason: null });
      return this.badges.byId(tx, row.id);
    });
  }

  /** Suspend, resume or revoke with a reason. What the table does not allow is refused with what it does. */
  transition(id: string, action: OfficerAction, reason: string, officer: SessionOfficer): Promise<BadgeRow> {
    return this.db.tx(async (tx) => {
      const row = await this.badges.lockedById(tx, id);
      const move = badgeStates.move(row.state, action);
      if (!move) throw BadgeProblem.illegalTransition({ state: row.state, action, allowed: availableActions(row) });
      if (!officer.permissions.includes(move.requires)) throw PlatformProblem.forbidden({ permission: move.requires });
      if (action === 'resume') await this.guardResume(tx, row);
      const officerHold = action === 'suspend' ? true : action === 'resume' ? false : row.officerHold;
      const made = { action, to: move.to, reason };
      await this.recorder.moved(tx, await this.badges.move(tx, row, made, { officerHold }), made);
      return this.badges.byId(tx, id);
    });
  }

  get(id: string): Promise<BadgeRow> {
    return this.db.tx((tx) => this.badges.byId(tx, id));
  }

  events(id: string): Promise<BadgeEventRow[]> {
    return this.db.tx(async (tx) => {
      await this.badges.byId(tx, id);
      return this.badges.events(tx, id);
    });
  }

  find(query: BadgeFilter): Promise<Page<BadgeRow>> {
    return this.db.tx((tx) => {
      const found = tx.createQueryBuilder(BadgeRow, 'b').leftJoinAndSelect('b.subject', 's').leftJoinAndSelect('b.outlet', 'o');
      for (const field of ['state', 'outletId', 'subjectId'] as const)
        if (query[field]) found.andWhere(`b.${field} = :${field}`, { [field]: query[field] });
      const words = query.q?.trim();
      if (words)
        found.andWhere('(b.code = :code OR b.outletId IN (SELECT registry_find_outlets(:words)))', { code: words.toUpperCase(), words });
      return pageOf(found, query, {
        sortable: { issuedAt: 'b.issuedAt', code: 'b.code', state: 'b.state', stateSince: 'b.stateSince', provedUntil: 'b.provedUntil' },
        defaultSort: 'issuedAt',
        id: 'b.id',
      });
    });
  }

  private async guardResume(tx: EntityManager, row: BadgeRow): Promise<void> {
    if (row.orderHolds.length) throw BadgeProblem.heldByOrder({ orders: row.orderHolds });
    await this.issuing.refuseUnfit(tx, row.outletId, row.subjectId);
    const { domain } = await this.outlets.byId(tx, row.outletId);
    if (!(await this.badges.validProof(tx, row.outletId, domain))) throw BadgeProblem.notProved({ outletId: row.outletId });
  }
}

/** Moves that a person may make now; whether he may is his role's affair. */
export function availableActions(row: Pick<BadgeRow, 'state' | 'orderHolds'>): OfficerAction[] {
  const possible = badgeStates.actionsFrom(row.state).map(({ action }) => action as string);
  return officerActions.filter((action) => possible.includes(action) && !(action === 'resume' && row.orderHolds.length));
}
