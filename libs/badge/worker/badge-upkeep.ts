import { Injectable } from '@nestjs/common';
import { type EntityManager, In, LessThanOrEqual, Not } from 'typeorm';
import { Clock } from '../../kernel';
import { Db } from '../../platform';
import { BadgeRecorder } from '../app/badge-recorder';
import { badgeStates } from '../domain/badge.states';
import { BadgeQueue } from '../queue/badge.queue';
import { BadgeRow } from '../store/badge.entity';
import { BadgeRepository } from '../store/badge.repository';
import { ControlProofRow } from '../store/control-proof.entity';

const BATCH = 200;

/** Keeps badges in step with their proofs and with the register. Each look acts on rows as they are now and may be repeated. */
@Injectable()
export class BadgeUpkeep {
  constructor(
    private readonly db: Db,
    private readonly badges: BadgeRepository,
    private readonly recorder: BadgeRecorder,
    private readonly queue: BadgeQueue,
    private readonly clock: Clock,
  ) {}

  /** A proof was made (again): the badge lasts as long as it, and comes back when it had lapsed. */
  async proofRenewed(tx: EntityManager, outletId: string, validUntil: Date): Promise<void> {
    const row = await this.badges.standing(tx, outletId);
    if (!row) return;
    if (row.state !== 'lapsed') {
      await this.badges.touch(tx, row, { provedUntil: validUntil });
      return this.recorder.changed(row.id);
    }
    const move = { action: 'renew' as const, to: badgeStates.move('lapsed', 'renew')!.to, reason: null };
    await this.recorder.moved(tx, await this.badges.move(tx, row, move, { provedUntil: validUntil }), move);
  }

  /** Badges whose proof is over lapse. They are not called illegal: the holder has not renewed. */
  async lapseOverdue(): Promise<void> {
    const due = await this.db.tx((tx) =>
      tx.find(BadgeRow, { where: { state: 'active', provedUntil: LessThanOrEqual(this.clock.now()) }, take: BATCH }),
    );
    for (const { id } of due)
      await this.db.tx(async (tx) => {
        const row = await this.badges.lockedById(tx, id);
        const to = badgeStates.move(row.state, 'lapse')?.to;
        if (!to || !row.provedUntil || row.provedUntil > this.clock.now()) return;
        const move = { action: 'lapse' as const, to, reason: null };
        await this.recorder.moved(tx, await this.badges.move(tx, row, move), move);
      });
  }

  /** Proofs that are due, and those whose look was lost with a crash or an emptied queue. */
  async queueDueProofs(): Promise<void> {
    const due = await this.db.tx((tx) =>
      tx.find(ControlProofRow, { where: { checkDue: LessThanOrEqual(this.clock.now()), method: Not('platformAttestation') }, take: BATCH }),
    );
    for (const { id } of due) await this.queue.checkProof(id);
  }

  /** Badges whose present record carries no signature. */
  async queueUnsigned(): Promise<void> {
    const rows = await this.db.tx((tx) =>
      tx.query<{ id: string }[]>(`SELECT id FROM badge WHERE signed_version IS DISTINCT FROM version LIMIT ${BATCH}`),
    );
    for (const { id } of rows) await this.queue.signRecord(id);
  }

  /** Name, status or code of the subject changed: every record that prints it is made again. */
  async subjectChanged(tx: EntityManager, subjectId: string): Promise<void> {
    for (const row of await tx.find(BadgeRow, { where: { subjectId }, lock: { mode: 'pessimistic_write' } })) {
      await this.badges.touch(tx, row);
      await this.recorder.changed(row.id);
    }
  }

  /**
   * The outlet's items changed. After a change of address nothing is proved any more: its proofs end, and the badge lapses
   * until the new address is proved.
   */
  async outletChanged(tx: EntityManager, outletId: string, moved: boolean): Promise<void> {
    const row = await this.badges.standing(tx, outletId);
    if (moved)
      await tx.update(
        ControlProofRow,
        { outletId, state: In(['waiting', 'checking', 'proved', 'failed']) },
        { state: 'expired', checkDue: null, validUntil: this.clock.now() },
      );
    if (!row) return;
    await this.badges.touch(tx, row, moved ? { provedUntil: this.clock.now() } : {});
    await this.recorder.changed(row.id);
  }
}
