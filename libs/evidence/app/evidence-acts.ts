import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AuditTrail } from '../../audit';
import { canonicalJson, Clock } from '../../kernel';
import { Facts, PlatformProblem } from '../../platform';
import type { EntryType } from '../../proof';
import { OFFICER_ACTS, type OfficerAct, packageStates } from '../domain/package.states';
import { EvidenceProblem } from '../domain/problems';
import { ActRow, PackageRow } from '../store/evidence.entity';
import { Ledger } from '../store/ledger';
import { type ActInput, ActSteps, type Actor } from './act-steps';
import { DISPOSAL_OF, type DisposalOrder, Disposals } from './disposals';

/** The entry of each act; a hold is ours alone and leaves an audit event only. */
const ENTRY: Record<OfficerAct, EntryType | null> = {
  review: 'evidence.viewed',
  confirm: 'evidence.confirmed',
  noteRefusal: 'evidence.refused',
  seal: 'evidence.sealed',
  transfer: 'evidence.transferred',
  giveBack: 'evidence.disposed',
  dispose: 'evidence.disposed',
  withdraw: 'evidence.withdrawn',
  hold: null,
  release: null,
};

/** Acts that may be done again; of every other a package has one. */
const REPEATABLE: readonly string[] = ['review', 'hold', 'release'];

/** What may still be done with evidence that nobody relies on any more. */
const AFTER_WITHDRAWAL: readonly string[] = ['hold', 'release', 'giveBack', 'dispose'];

/** Acts of two officers, each with a certificate. */
const IN_PAIRS: readonly string[] = ['review', 'confirm', 'noteRefusal', 'seal', 'transfer', 'withdraw'];

export const heldBy = (acts: readonly ActRow[]): boolean =>
  acts.filter(({ action }) => action === 'hold' || action === 'release').at(-1)?.action === 'hold';

/** What officers do with fixed evidence, by the state table: who may, with whom, on which paper; each with its entry in one transaction. */
@Injectable()
export class EvidenceActs {
  constructor(
    private readonly clock: Clock,
    private readonly ledger: Ledger,
    private readonly steps: ActSteps,
    private readonly disposals: Disposals,
    private readonly facts: Facts,
    private readonly trail: AuditTrail,
  ) {}

  /**
   * One act. Refuses with `illegalTransition`, `forbidden` or what the act's guards say, and then nothing is written. The same act
   * by the same person with the same answers again changes nothing (I-11).
   */
  async carryOut(tx: EntityManager, id: string, input: ActInput, officer: Actor): Promise<PackageRow> {
    const row = await this.lock(tx, id);
    const acts = await this.of(tx, id);
    const { action } = input;
    if (!REPEATABLE.includes(action) && acts.some((act) => isSame(act, input, officer))) return row;
    const move = packageStates.move(row.state, action);
    if (!move || !OFFICER_ACTS.includes(action))
      throw EvidenceProblem.illegalTransition({ state: row.state, action, allowed: movesFrom(row.state).map((m) => m.action) });
    if (!officer.permissions.includes(move.requires)) throw PlatformProblem.forbidden({ permission: move.requires });
    if (row.frozenAt) throw EvidenceProblem.frozen();
    if (row.withdrawnAt && !AFTER_WITHDRAWAL.includes(action)) throw EvidenceProblem.withdrawn({ correctedBy: row.correctedBy });
    if (heldBy(acts) && ['transfer', 'giveBack', 'dispose', 'hold'].includes(action)) throw EvidenceProblem.legalHold();
    const { facts, patch } = await this.steps.prepare(tx, row, acts, input, officer);
    const type = ENTRY[action];
    const key = REPEATABLE.includes(action) ? `${id}:${action}:${officer.id}` : `${id}:${action}`;
    const entrySha256 = type && (await this.ledger.append(tx, { subject: id, type, facts }, key));
    await tx.insert(ActRow, {
      id: randomUUID(),
      packageId: id,
      action,
      at: this.clock.now(),
      by: officer.id,
      second: input.secondOfficerId ?? null,
      data: answersOf(input),
      entrySha256,
    } as never);
    await tx.update(PackageRow, { id }, { ...patch, state: move.to, version: row.version + 1 });
    await this.trail.record(tx, {
      act: `exhibit.${action}`,
      kind: 'exhibit',
      id,
      caseId: row.caseId,
      details: { entrySha256, ...answersOf(input) },
    });
    if (type && action !== 'review')
      await this.facts.publish(tx, `evidence.${move.from === move.to ? action : move.to}`, id, {
        packageId: id,
        caseId: row.caseId,
        action,
      });
    return tx.findOneByOrFail(PackageRow, { id });
  }

  of(tx: EntityManager, packageId: string): Promise<ActRow[]> {
    return tx.find(ActRow, { where: { packageId }, order: { at: 'ASC' } });
  }

  /** What this officer may do now, as far as it can be known before he gives his answers. */
  async available(tx: EntityManager, row: PackageRow, officer: Actor): Promise<OfficerAct[]> {
    const moves = movesFrom(row.state).filter(({ requires }) => officer.permissions.includes(requires));
    if (!moves.length || row.frozenAt) return [];
    const acts = await this.of(tx, row.id);
    const orders = await this.disposals.of(tx, row.id);
    return moves.map(({ action }) => action).filter((action) => isOpen(action, row, acts, orders, officer));
  }

  /** Acts on one package follow one another. */
  async lock(tx: EntityManager, id: string): Promise<PackageRow> {
    const row = await tx.findOne(PackageRow, { where: { id }, lock: { mode: 'pessimistic_write' } });
    if (!row) throw EvidenceProblem.notFound();
    return row;
  }
}

/** In the order in which they are usually done. */
const movesFrom = (state: string) =>
  OFFICER_ACTS.flatMap((action) => {
    const move = packageStates.move(state, action);
    return move ? [{ action, requires: move.requires }] : [];
  });

function isOpen(
  action: OfficerAct,
  row: PackageRow,
  acts: readonly ActRow[],
  orders: readonly DisposalOrder[],
  officer: Actor,
): boolean {
  const held = heldBy(acts);
  if (action === 'release') return held;
  if (action === 'hold') return !held;
  if (row.withdrawnAt && !AFTER_WITHDRAWAL.includes(action)) return false;
  if (IN_PAIRS.includes(action) && !officer.certificate) return false;
  if (action === 'review')
    return officer.certificate !== null && !acts.some((act) => act.action === 'review' && act.by === officer.id);
  if (action === 'seal') return !acts.some((act) => ['confirm', 'noteRefusal'].includes(act.action) && act.by === officer.id);
  if (held && action !== 'withdraw') return action === 'confirm' || action === 'noteRefusal';
  const what = DISPOSAL_OF[action];
  return !what || orders.some(({ disposal, given }) => disposal.what === what && given);
}

/** The answers as they are kept: what was said, without the names of papers on our side. */
function answersOf({ action: _action, ...rest }: ActInput): Record<string, unknown> {
  return Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
}

const isSame = (act: ActRow, input: ActInput, officer: Actor): boolean =>
  act.action === input.action && act.by === officer.id && canonicalJson(act.data) === canonicalJson(answersOf(input));
