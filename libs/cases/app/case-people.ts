import { Injectable } from '@nestjs/common';
import { type EntityManager, IsNull } from 'typeorm';
import { AuditTrail } from '../../audit';
import { Clock, law } from '../../kernel';
import { OfficerDirectory } from '../../officers';
import { PlatformProblem, type SessionOfficer } from '../../platform';
import { type CaseTransition, definitionOf, stateOf } from '../domain/definition';
import { GUARDS } from '../domain/guards';
import { CasesProblem, recusedFault } from '../domain/problems';
import { type CaseOfficerRole, CaseOfficerRow, CaseRecusalRow, CaseRow, type Visibility } from '../store/case.entity';
import { CaseReader } from './case-reader';
import { GuardContexts } from './guard-context';
import { Journal } from './journal';
import { MoveEffects } from './move-effects';
import { Tasks } from './tasks';

/** Naming people is no move of the case; guards are asked about it in these terms. */
const NAMING: CaseTransition = {
  from: '',
  action: 'nameOfficers',
  to: '',
  zh: '指定人员',
  en: 'Name people',
  requires: 'case:approve',
  basis: law('程序规定', '19, 49'),
  needs: ['officers'],
};

/** Who takes part in a case, who must not, and who may see it. */
@Injectable()
export class CasePeople {
  constructor(
    private readonly reader: CaseReader,
    private readonly contexts: GuardContexts,
    private readonly effects: MoveEffects,
    private readonly tasks: Tasks,
    private readonly officers: OfficerDirectory,
    private readonly journal: Journal,
    private readonly trail: AuditTrail,
    private readonly clock: Clock,
  ) {}

  /**
   * Names other officers to a filed case, for example when one is recused or leaves. The same rules as at filing: two of them,
   * with certificates, none recused, and nobody who reviewed the case.
   */
  async replaceHandlers(tx: EntityManager, caseId: string, officers: string[], by: SessionOfficer): Promise<void> {
    const file = await this.reader.lock(tx, caseId);
    const definition = definitionOf(file.definitionKey, file.definitionVersion);
    if (!file.filedAt || !stateOf(definition, file.state).open)
      throw CasesProblem.illegalTransition({ state: file.state, action: 'nameOfficers', allowed: [] });
    const context = (await this.contexts.of(tx, file, definition, by.id, { action: 'nameOfficers', officers }))(NAMING);
    const reviewed = officers.find((id) => context.reviewers.includes(id) || id === context.assignedReviewer);
    const refused =
      GUARDS.notHandler(context) ??
      GUARDS.twoOfficers(context) ??
      GUARDS.officersFree(context) ??
      (reviewed
        ? CasesProblem.separationOfDuty({
            rule: 'officerIsNotReviewer',
            zh: '审核人员不得担任本案办案人员',
            en: 'Who reviews the case may not handle it',
          })
        : null);
    if (refused) throw refused;
    await this.effects.setHandlers(tx, file, context.named, by.id, this.clock.now());
    const names = context.named.map(({ name }) => name).join('、');
    await this.journal.append(tx, file, {
      kind: 'officersNamed',
      zh: `办案人员: ${names}`,
      en: `Officers named: ${names}`,
      data: { officers },
    });
    await this.tasks.reassign(tx, caseId, 'case:handle', officers);
    await this.trail.record(tx, { act: 'case.name.handler', kind: 'case', id: caseId, caseId, details: { officers } });
  }

  /** Names the reviewer. Whoever took part in the investigation cannot be one (程序规定 art. 49). */
  async assignReviewer(tx: EntityManager, caseId: string, officerId: string, by: SessionOfficer): Promise<void> {
    const file = await this.reader.lock(tx, caseId);
    const officer = await this.officers.byId(tx, officerId);
    if (!officer.roles.some(({ role }) => role === 'legalReviewer'))
      throw PlatformProblem.invalid({
        errors: [{ pointer: '/officerId', detail: 'not a legal reviewer', zh: '不是法制审核人员' }],
      });
    const definition = definitionOf(file.definitionKey, file.definitionVersion);
    const context = await this.contexts.of(tx, file, definition, officerId);
    const refused =
      GUARDS.reviewerIsNotOfficer({ ...context(NAMING), assignedReviewer: null }) ??
      this.recusedFault(context(NAMING).recused, officerId);
    if (refused) throw refused;
    await this.end(tx, caseId, 'reviewer');
    await this.name(tx, file, officer, 'reviewer', by.id);
    await this.tasks.reassign(tx, caseId, 'case:review', [officerId]);
  }

  /** A colleague who may see and work on the case although scope or visibility would hide it. */
  async addMember(tx: EntityManager, caseId: string, officerId: string, by: SessionOfficer): Promise<void> {
    const file = await this.reader.lock(tx, caseId);
    const officer = await this.officers.byId(tx, officerId);
    const refused = this.recusedFault(file.recused, officerId);
    if (refused) throw refused;
    if (await tx.existsBy(CaseOfficerRow, { caseId, officerId, role: 'member', until: IsNull() })) return;
    await this.name(tx, file, officer, 'member', by.id);
  }

  /** From this moment the person sees nothing of the case and does nothing in it (程序规定 art. 4). */
  async recuse(tx: EntityManager, caseId: string, officerId: string, reason: string, by: SessionOfficer): Promise<void> {
    const file = await this.reader.lock(tx, caseId);
    const { name } = await this.officers.byId(tx, officerId);
    if (file.recused.includes(officerId)) return;
    const at = this.clock.now();
    // Everything else first: whoever recuses himself cannot write to the case after the last line.
    await this.journal.append(tx, file, {
      kind: 'recused',
      zh: `${name} 回避`,
      en: `${name} recused`,
      data: { officerId, reason },
    });
    await this.trail.record(tx, { act: 'case.recuse', kind: 'case', id: caseId, caseId, details: { officerId } });
    await tx.update(CaseOfficerRow, { caseId, officerId, until: IsNull() }, { until: at });
    await tx.query('INSERT INTO case_recusal (case_id, officer_id, reason, decided_by, at) VALUES ($1, $2, $3, $4, $5)', [
      caseId,
      officerId,
      reason,
      by.id,
      at,
    ]);
  }

  recusals(tx: EntityManager, caseId: string): Promise<CaseRecusalRow[]> {
    return tx.find(CaseRecusalRow, { where: { caseId }, order: { at: 'ASC' } });
  }

  async setVisibility(
    tx: EntityManager,
    caseId: string,
    asked: { visibility: Visibility; reason: string; review?: string },
    by: SessionOfficer,
  ): Promise<CaseRow> {
    const file = await this.reader.lock(tx, caseId);
    // The head who restricts a case stays among those who see it, whatever his scope will be.
    if (asked.visibility !== 'normal') await this.addMember(tx, caseId, by.id, by);
    await tx.update(
      CaseRow,
      { id: caseId },
      {
        visibility: asked.visibility,
        visibilityReason: asked.visibility === 'normal' ? null : asked.reason,
        visibilityReview: asked.visibility === 'normal' ? null : (asked.review ?? null),
        version: file.version + 1,
        updatedAt: this.clock.now(),
      },
    );
    await this.journal.append(tx, file, {
      kind: 'visibilityChanged',
      zh: `案件可见范围: ${asked.visibility}`,
      en: `Visibility: ${asked.visibility}`,
      data: { from: file.visibility, to: asked.visibility, reason: asked.reason },
    });
    await this.trail.record(tx, {
      act: 'case.visibility',
      kind: 'case',
      id: caseId,
      caseId,
      details: { from: file.visibility, to: asked.visibility },
    });
    return this.reader.byId(tx, caseId);
  }

  private async name(
    tx: EntityManager,
    file: CaseRow,
    officer: { id: string; name: string; certificate: string | null },
    role: CaseOfficerRole,
    by: string,
  ): Promise<void> {
    const { id, name, certificate } = officer;
    await tx.insert(CaseOfficerRow, {
      caseId: file.id,
      officerId: id,
      role,
      since: this.clock.now(),
      until: null,
      name,
      certificate,
      namedBy: by,
    });
    const zh = role === 'reviewer' ? `指定审核人员 ${name}` : `增加协办人员 ${name}`;
    const en = role === 'reviewer' ? `${name} named as reviewer` : `${name} joins the case`;
    await this.journal.append(tx, file, { kind: `${role}Named`, zh, en, data: { officerId: id } });
    await this.trail.record(tx, {
      act: `case.name.${role}`,
      kind: 'case',
      id: file.id,
      caseId: file.id,
      details: { officerId: id },
    });
  }

  private end(tx: EntityManager, caseId: string, role: CaseOfficerRole) {
    return tx.update(CaseOfficerRow, { caseId, role, until: IsNull() }, { until: this.clock.now() });
  }

  private recusedFault(recused: readonly string[], officerId: string) {
    return recused.includes(officerId)
      ? CasesProblem.officerRecused({
          officerId,
          errors: [recusedFault('/officerId')],
        })
      : null;
  }
}
