import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Clock, localDate } from '../../kernel';
import { currentClaims, type Page, type PageQuery, pageOf, type SessionOfficer } from '../../platform';
import type { CaseStateSpec } from '../domain/definition';
import { CasesProblem } from '../domain/problems';
import type { CaseRow } from '../store/case.entity';
import { CaseTaskRow } from '../store/case-parts.entity';

export interface NewTask {
  kind: string;
  zh: string;
  en: string;
  requires: string;
  assignees?: readonly string[];
  due?: string | null;
  blocks?: boolean;
  ofState?: boolean;
  once?: string;
}

export interface TaskQuery extends PageQuery {
  view?: 'mine' | 'unit' | 'held' | 'done';
  caseId?: string;
  overdue?: boolean;
}

type FileRef = Pick<CaseRow, 'id' | 'divisionCode'>;

/** What somebody owes. A task either hangs on the state of its case and ends with it, or is done by a person. */
@Injectable()
export class Tasks {
  constructor(private readonly clock: Clock) {}

  /** Returns false when a task of the same `once` key was made before. */
  async open(tx: EntityManager, file: FileRef, task: NewTask): Promise<boolean> {
    if (task.once && (await tx.existsBy(CaseTaskRow, { once: task.once }))) return false;
    await tx.insert(CaseTaskRow, {
      id: randomUUID(),
      caseId: file.id,
      divisionCode: file.divisionCode,
      kind: task.kind,
      zh: task.zh,
      en: task.en,
      requires: task.requires,
      assignees: [...(task.assignees ?? [])],
      ofState: task.ofState ?? false,
      blocks: task.blocks ?? false,
      state: 'open',
      due: task.due ?? null,
      seenBy: [],
      createdAt: this.clock.now(),
      createdBy: currentClaims()!.actor,
      once: task.once ?? null,
    });
    return true;
  }

  /** Ends the work of the state that the case leaves and opens that of the one it enters. */
  async follow(
    tx: EntityManager,
    file: FileRef,
    state: CaseStateSpec,
    assignees: readonly string[],
    due: string | null,
  ): Promise<void> {
    await tx.update(
      CaseTaskRow,
      { caseId: file.id, ofState: true, state: 'open' },
      { state: 'done', doneAt: this.clock.now(), doneBy: currentClaims()!.actor },
    );
    if (!state.task) return;
    const { kind, requires } = state.task;
    await this.open(tx, file, { kind, requires, zh: state.zh, en: state.en, assignees, due, ofState: true });
  }

  /** What was owed once under this key is owed no more. */
  async endOnce(tx: EntityManager, once: string): Promise<void> {
    const done = { state: 'done' as const, doneAt: this.clock.now(), doneBy: currentClaims()!.actor };
    await tx.update(CaseTaskRow, { once, state: 'open' }, done);
  }

  /** One of several has done his part; when he was the last, nothing is owed any more. */
  async leave(tx: EntityManager, once: string, officerId: string): Promise<void> {
    const row = await tx.findOneBy(CaseTaskRow, { once, state: 'open' });
    if (!row) return;
    const assignees = row.assignees.filter((id) => id !== officerId);
    if (assignees.length) await tx.update(CaseTaskRow, { id: row.id }, { assignees });
    else await this.endOnce(tx, once);
  }

  /** Reminders of clocks that have stopped, and those that a later one has overtaken, owe nothing any more. */
  async endReminders(tx: EntityManager, caseId: string, overtakenOf?: string): Promise<void> {
    await tx.query(
      `UPDATE case_task t SET state = 'done', done_at = $2, done_by = $3
       WHERE t.case_id = $1 AND t.state = 'open' AND starts_with(t.kind, 'clock.') AND (split_part(t.once, ':', 1) = $4 OR NOT EXISTS (
         SELECT FROM case_clock k WHERE k.case_id = $1 AND k.id::text = split_part(t.once, ':', 1) AND k.state <> 'stopped'))`,
      [caseId, this.clock.now(), currentClaims()!.actor, overtakenOf ?? null],
    );
  }

  /** The work of the present state that needs `requires` goes to the people named now. */
  async reassign(tx: EntityManager, caseId: string, requires: string, assignees: readonly string[]): Promise<void> {
    await tx.query(`UPDATE case_task SET assignees = $2 WHERE case_id = $1 AND state = 'open' AND of_state AND requires = $3`, [
      caseId,
      [...assignees],
      requires,
    ]);
  }

  /** Open tasks that stand in the way of closing. */
  blocking(tx: EntityManager, caseId: string): Promise<CaseTaskRow[]> {
    return tx.findBy(CaseTaskRow, { caseId, state: 'open', blocks: true });
  }

  async done(tx: EntityManager, id: string, officer: SessionOfficer, note?: string): Promise<CaseTaskRow> {
    const row = await this.lock(tx, id, officer);
    if (row.ofState) throw CasesProblem.taskClosesItself({ kind: row.kind });
    if (row.state === 'done') return row;
    await tx.update(CaseTaskRow, { id }, { state: 'done', doneAt: this.clock.now(), doneBy: officer.id, note: note ?? null });
    return tx.findOneByOrFail(CaseTaskRow, { id });
  }

  /** Out of sight until the day; null brings it back. */
  async hold(tx: EntityManager, id: string, officer: SessionOfficer, until: string | null): Promise<CaseTaskRow> {
    await this.lock(tx, id, officer);
    await tx.update(CaseTaskRow, { id }, { heldUntil: until });
    return tx.findOneByOrFail(CaseTaskRow, { id });
  }

  /** `mine`: assigned to me, or to nobody and within my rights. `unit`: everything open in scope. */
  find(tx: EntityManager, query: TaskQuery, officer: SessionOfficer): Promise<Page<CaseTaskRow>> {
    const today = localDate(this.clock.now());
    const tasks = tx
      .createQueryBuilder(CaseTaskRow, 't')
      .where('t.state = :state', { state: query.view === 'done' ? 'done' : 'open' });
    const view = query.view ?? 'mine';
    if (view !== 'unit')
      tasks.andWhere('(:me = ANY (t.assignees) OR (t.assignees = :nobody AND t.requires = ANY (:mine)))', {
        me: officer.id,
        nobody: '{}',
        mine: [...officer.permissions],
      });
    if (view === 'mine' || view === 'unit') tasks.andWhere('(t.heldUntil IS NULL OR t.heldUntil <= :today)', { today });
    if (view === 'held') tasks.andWhere('t.heldUntil > :today', { today });
    if (query.caseId) tasks.andWhere('t.caseId = :caseId', { caseId: query.caseId });
    if (query.overdue) tasks.andWhere('t.due < :today', { today });
    const sortable = { due: 't.due', createdAt: 't.createdAt', kind: 't.kind' };
    return pageOf(tasks, query, {
      sortable,
      defaultSort: query.view === 'done' ? 'createdAt' : 'due',
      defaultOrder: query.view === 'done' ? 'DESC' : 'ASC',
      id: 't.id',
    });
  }

  ofCase(tx: EntityManager, caseId: string): Promise<CaseTaskRow[]> {
    return tx.find(CaseTaskRow, { where: { caseId }, order: { state: 'DESC', createdAt: 'ASC' } });
  }

  private async lock(tx: EntityManager, id: string, officer: SessionOfficer): Promise<CaseTaskRow> {
    const row = await tx.findOne(CaseTaskRow, { where: { id }, lock: { mode: 'pessimistic_write' } });
    if (!row) throw CasesProblem.notFound();
    const mine = row.assignees.length ? row.assignees.includes(officer.id) : officer.permissions.includes(row.requires);
    if (!mine) throw CasesProblem.taskNotYours();
    return row;
  }
}
