import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type EntityManager, In, IsNull } from 'typeorm';
import { AuditTrail } from '../../audit';
import { Clock, localDate, startOfMinute } from '../../kernel';
import { OfficerDirectory } from '../../officers';
import type { SessionOfficer } from '../../platform';
import { definitionOf } from '../domain/definition';
import {
  MIN_MEMBERS,
  type PanelConclusion,
  type PanelGround,
  type PanelVote,
  type Tally,
  tallyOf,
  withMajority,
} from '../domain/panel';
import { CasesProblem } from '../domain/problems';
import { CaseOfficerRow, type CaseRow } from '../store/case.entity';
import { CasePanelMemberRow, CasePanelRow } from '../store/panel.entity';
import { CasePeople } from './case-people';
import { CaseReader } from './case-reader';
import { GuardContexts } from './guard-context';
import { Journal } from './journal';
import { Tasks } from './tasks';

export interface Convening {
  ground: PanelGround;
  question: string;
  place: string;
  plannedAt: Date;
  chairId: string;
  memberIds: readonly string[];
  recorder: string;
  listeners: readonly string[];
}

export interface Conclusion {
  conclusion: PanelConclusion;
  text: string;
  minutes: string;
  heldAt: Date;
  againstMajority?: string;
  extendedUntil?: string;
}

export interface PanelView {
  panel: CasePanelRow;
  members: CasePanelMemberRow[];
  tally: Tally;
}

/**
 * Collective discussion (程序规定 art. 60(2), 行政处罚法 art. 57(2)): leaders who neither handled nor reviewed the case hear it, each gives his
 * opinion himself, and a conclusion is drawn when enough of them were there.
 */
@Injectable()
export class Panels {
  constructor(
    private readonly reader: CaseReader,
    private readonly contexts: GuardContexts,
    private readonly people: CasePeople,
    private readonly officers: OfficerDirectory,
    private readonly tasks: Tasks,
    private readonly journal: Journal,
    private readonly trail: AuditTrail,
    private readonly clock: Clock,
  ) {}

  async of(tx: EntityManager, caseId: string): Promise<PanelView[]> {
    const panels = await tx.find(CasePanelRow, { where: { caseId }, order: { n: 'ASC' } });
    const members = panels.length ? await tx.findBy(CasePanelMemberRow, { panelId: In(panels.map(({ id }) => id)) }) : [];
    return panels.map((panel) => {
      const own = members.filter(({ panelId }) => panelId === panel.id).sort((a, b) => a.name.localeCompare(b.name, 'zh'));
      return { panel, members: own, tally: tallyOf(own) };
    });
  }

  /**
   * Calls the members and lets them see the file until the discussion is over. Refuses with `caseEnded`, `panelOpen` while another one is
   * called, `separationOfDuty` for whoever handled the case, and `panelMembersUnfit` naming each who must not sit in it.
   */
  async convene(tx: EntityManager, caseId: string, input: Convening, by: SessionOfficer): Promise<CasePanelRow> {
    const file = await this.reader.lock(tx, caseId);
    if (file.closedAt || !file.filedAt) throw CasesProblem.caseEnded({ state: file.state });
    const open = await tx.findOneBy(CasePanelRow, { caseId, state: 'convened' });
    if (open) throw CasesProblem.panelOpen({ n: open.n });
    const ids = [...new Set([input.chairId, ...input.memberIds])];
    const named = await this.fitMembers(tx, file, ids, by);
    const n = (await tx.countBy(CasePanelRow, { caseId })) + 1;
    const at = this.clock.now();
    const { ground, question, place, plannedAt, chairId, recorder, listeners } = input;
    const panel = {
      id: randomUUID(),
      caseId,
      n,
      ground,
      question,
      place,
      plannedAt,
      chairId,
      recorder,
      listeners: [...listeners],
      convenedBy: by.id,
      convenedAt: at,
      state: 'convened' as const,
    };
    await tx.insert(CasePanelRow, panel);
    for (const { id, name } of named) {
      const known = await tx.existsBy(CaseOfficerRow, { caseId, officerId: id, role: 'member', until: IsNull() });
      if (!known) await this.people.addMember(tx, caseId, id, by);
      await tx.insert(CasePanelMemberRow, { panelId: panel.id, officerId: id, name, letIn: !known });
    }
    await this.tasks.open(tx, file, {
      kind: 'panelOpinion',
      zh: `集体讨论：${question}`,
      en: `Collective discussion: ${question}`,
      requires: 'case:decide',
      assignees: ids,
      due: localDate(plannedAt),
      once: `${panel.id}:panel`,
    });
    const names = named.map(({ name }) => name).join('、');
    await this.told(
      tx,
      file,
      panel.id,
      'panelConvened',
      `召集第${n}次集体讨论：${names}`,
      `Collective discussion ${n} called: ${names}`,
    );
    return tx.findOneByOrFail(CasePanelRow, { id: panel.id });
  }

  /** What a member says, himself and once. Refuses with `panelNotMember`, `panelOver`, `panelHeard`. */
  async opine(
    tx: EntityManager,
    caseId: string,
    panelId: string,
    vote: PanelVote,
    opinion: string,
    by: SessionOfficer,
  ): Promise<void> {
    const file = await this.reader.lock(tx, caseId);
    const panel = await this.open(tx, caseId, panelId);
    const member = await tx.findOneBy(CasePanelMemberRow, { panelId, officerId: by.id });
    if (!member) throw CasesProblem.panelNotMember();
    if (member.vote) throw CasesProblem.panelHeard({ name: member.name });
    await tx.update(
      CasePanelMemberRow,
      { panelId, officerId: by.id },
      { vote, opinion: opinion.trim(), saidAt: this.clock.now(), absence: null },
    );
    await this.tasks.leave(tx, `${panelId}:panel`, by.id);
    await this.told(
      tx,
      file,
      panelId,
      'panelOpinion',
      `${member.name} 在第${panel.n}次集体讨论发表意见`,
      `${member.name} spoke in discussion ${panel.n}`,
    );
  }

  /** A member who does not come, with the reason. He may still come and speak while the discussion is open. */
  async noteAbsence(
    tx: EntityManager,
    caseId: string,
    panelId: string,
    officerId: string,
    reason: string,
    by: SessionOfficer,
  ): Promise<void> {
    const file = await this.reader.lock(tx, caseId);
    const panel = await this.led(tx, caseId, panelId, by);
    const member = await tx.findOneBy(CasePanelMemberRow, { panelId, officerId });
    if (!member) throw CasesProblem.panelNotMember();
    if (member.vote) throw CasesProblem.panelHeard({ name: member.name });
    await tx.update(CasePanelMemberRow, { panelId, officerId }, { absence: reason.trim() });
    await this.told(
      tx,
      file,
      panelId,
      'panelAbsence',
      `${member.name} 未参加第${panel.n}次集体讨论：${reason}`,
      `${member.name} is absent from discussion ${panel.n}: ${reason}`,
    );
  }

  /**
   * Ends the discussion with minutes and conclusion. Refuses with `panelMembersOpen` while nobody knows of a member, with `panelNoQuorum`
   * saying how many are missing, and with `fieldsMissing` for a conclusion against most of those present without a reason, or more time
   * without its day.
   */
  async conclude(
    tx: EntityManager,
    caseId: string,
    panelId: string,
    input: Conclusion,
    by: SessionOfficer,
  ): Promise<CasePanelRow> {
    const file = await this.reader.lock(tx, caseId);
    const panel = await this.led(tx, caseId, panelId, by);
    const tally = tallyOf(await tx.findBy(CasePanelMemberRow, { panelId }));
    if (tally.open.length) throw CasesProblem.panelMembersOpen({ members: tally.open });
    if (tally.missing) throw CasesProblem.panelNoQuorum({ present: tally.present, quorum: tally.quorum, missing: tally.missing });
    const at = this.clock.now();
    const faults = [
      ...(input.heldAt > at || input.heldAt < startOfMinute(panel.convenedAt)
        ? [{ pointer: '/heldAt', detail: 'between the call and now', zh: '须在召集之后、当前时间之前' }]
        : []),
      ...(withMajority(tally, input.conclusion) || input.againstMajority?.trim()
        ? []
        : [
            {
              pointer: '/againstMajority',
              detail: 'say why it goes against most of those present',
              zh: '结论与多数意见不一致的，须说明理由',
            },
          ]),
      ...(panel.ground === 'extension' && input.conclusion === 'agree' && !input.extendedUntil
        ? [{ pointer: '/extendedUntil', detail: 'the day that was agreed', zh: '须写明同意延长至的日期' }]
        : []),
    ];
    if (faults.length) throw CasesProblem.fieldsMissing({ errors: faults });
    const { conclusion, text, minutes, heldAt, againstMajority, extendedUntil } = input;
    await this.close(tx, file, panel, {
      state: 'held',
      heldAt,
      minutes,
      conclusion,
      conclusionText: text,
      againstMajority: withMajority(tally, conclusion) ? null : (againstMajority ?? null),
      extendedUntil: panel.ground === 'extension' && conclusion === 'agree' ? extendedUntil! : null,
      closedBy: by.id,
      closedAt: at,
    });
    await this.told(
      tx,
      file,
      panelId,
      'panelHeld',
      `第${panel.n}次集体讨论结论：${text}`,
      `Conclusion of discussion ${panel.n}: ${text}`,
      heldAt,
    );
    return tx.findOneByOrFail(CasePanelRow, { id: panelId });
  }

  async cancel(tx: EntityManager, caseId: string, panelId: string, reason: string, by: SessionOfficer): Promise<CasePanelRow> {
    const file = await this.reader.lock(tx, caseId);
    const panel = await this.led(tx, caseId, panelId, by);
    await this.close(tx, file, panel, { state: 'cancelled', cancelReason: reason, closedBy: by.id, closedAt: this.clock.now() });
    await this.told(
      tx,
      file,
      panelId,
      'panelCancelled',
      `取消第${panel.n}次集体讨论：${reason}`,
      `Discussion ${panel.n} called off: ${reason}`,
    );
    return tx.findOneByOrFail(CasePanelRow, { id: panelId });
  }

  /** Leaders only, none of whom handled or reviewed the case or is recused from it; as many as a discussion needs. */
  private async fitMembers(tx: EntityManager, file: CaseRow, ids: readonly string[], by: SessionOfficer) {
    const context = await this.contexts.of(tx, file, definitionOf(file.definitionKey, file.definitionVersion), by.id);
    const { everHandled, reviewers, assignedReviewer, recused } = context(NO_MOVE);
    if (everHandled.includes(by.id))
      throw CasesProblem.separationOfDuty({
        rule: 'approverIsNotOfficer',
        zh: '办案人员不得召集本案集体讨论',
        en: 'Who handled the case does not call a discussion of it',
      });
    const known = await this.officers.byIds(tx, [...ids]);
    const reasonOf = (id: string): string | null => {
      const officer = known.find((one) => one.id === id);
      if (!officer || officer.state !== 'active') return 'inactive';
      if (!officer.roles.some(({ role }) => role === 'head')) return 'notLeader';
      if (recused.includes(id)) return 'recused';
      if (everHandled.includes(id)) return 'handled';
      return reviewers.includes(id) || assignedReviewer === id ? 'reviewed' : null;
    };
    const unfit = ids.flatMap((officerId) => {
      const reason = reasonOf(officerId);
      return reason ? [{ officerId, reason }] : [];
    });
    const few = ids.length < MIN_MEMBERS ? MIN_MEMBERS - ids.length : 0;
    if (unfit.length || few)
      throw CasesProblem.panelMembersUnfit({
        unfit,
        few,
        errors: [
          few
            ? { pointer: '/memberIds', detail: `${few} more needed`, zh: `还须 ${few} 人` }
            : { pointer: '/memberIds', detail: 'not all of them may take part', zh: '其中有人不得参加' },
        ],
      });
    return known;
  }

  private async open(tx: EntityManager, caseId: string, id: string): Promise<CasePanelRow> {
    const panel = await tx.findOneBy(CasePanelRow, { id, caseId });
    if (!panel) throw CasesProblem.notFound();
    if (panel.state !== 'convened') throw CasesProblem.panelOver({ n: panel.n, state: panel.state });
    return panel;
  }

  /** For whoever called it, or presides. */
  private async led(tx: EntityManager, caseId: string, id: string, by: SessionOfficer): Promise<CasePanelRow> {
    const panel = await this.open(tx, caseId, id);
    if (by.id !== panel.convenedBy && by.id !== panel.chairId)
      throw CasesProblem.separationOfDuty({
        rule: 'chairOnly',
        zh: '须由召集人或者主持人办理',
        en: 'For whoever called the discussion, or presides',
      });
    return panel;
  }

  /** What was said stays; whoever was let in for this alone sees the case no longer. */
  private async close(tx: EntityManager, file: CaseRow, panel: CasePanelRow, changes: Partial<CasePanelRow>): Promise<void> {
    await tx.update(CasePanelRow, { id: panel.id }, changes);
    const letIn = (await tx.findBy(CasePanelMemberRow, { panelId: panel.id, letIn: true })).map(({ officerId }) => officerId);
    if (letIn.length)
      await tx.update(
        CaseOfficerRow,
        { caseId: file.id, role: 'member', officerId: In(letIn), until: IsNull() },
        { until: this.clock.now() },
      );
    await this.tasks.endOnce(tx, `${panel.id}:panel`);
  }

  private async told(
    tx: EntityManager,
    file: CaseRow,
    panelId: string,
    kind: string,
    zh: string,
    en: string,
    happenedAt?: Date,
  ): Promise<void> {
    await this.journal.append(tx, file, { kind, zh, en, data: { panelId }, ...(happenedAt && { happenedAt }) });
    await this.trail.record(tx, { act: `case.${kind}`, kind: 'case', id: file.id, caseId: file.id, details: { panelId } });
  }
}

/** Guards' context is asked for without a move. */
const NO_MOVE = {
  from: '',
  action: 'panel',
  to: '',
  zh: '集体讨论',
  en: 'Collective discussion',
  requires: 'case:decide',
  basis: { law: '程序规定', article: '60', mark: 'F' as const },
};
