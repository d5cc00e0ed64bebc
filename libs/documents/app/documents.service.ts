import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AuditTrail } from '../../audit';
import { Clock, localDate } from '../../kernel';
import { OfficersProblem } from '../../officers';
import { Facts, PlatformProblem, type SessionOfficer } from '../../platform';
import { type DocumentAction, documentStates } from '../domain/document.states';
import { DOCUMENT_REGENERATED, DOCUMENT_SEALED, DOCUMENT_SERVED, type DocumentSealed } from '../domain/facts';
import { faultyFields, lawNotInForce, missingFields, recordedKeys, unreadLaw } from '../domain/field-check';
import { DocumentProblem, type MissingField } from '../domain/problems';
import { serviceGaps, type ServiceRecord } from '../domain/service-method';
import { fieldOf, FORM_IDS, type FormId, type Template } from '../domain/template';
import { templateFor, templateOf } from '../domain/templates';
import { DocumentRow, DocumentServiceRow } from '../store/document.entity';
import { NumberRegister } from '../store/number-register';
import { Authorities } from './authorities';
import { Papers } from './papers';

/** The acting person, as sessions know him. */
export type Actor = Pick<SessionOfficer, 'id' | 'name' | 'permissions' | 'secondFactorAt'>;

export interface DraftRequest {
  form: FormId | (string & {});
  ref: { kind: 'case' | 'order'; id: string };
  /** The case that an order belongs to; for a case its own id is taken. */
  caseId?: string | null;
  division: string;
  data: Record<string, unknown>;
  /** Null when the system drafts by itself, for example a restoration after a lapse. */
  officer: Pick<SessionOfficer, 'id'> | null;
}

/** How fresh a second factor must be when the seal is set. */
const SECOND_FACTOR_MS = 5 * 60_000;

/** Official documents from draft to service. Every method runs in the caller's transaction, so that a case and its paper move together. */
@Injectable()
export class DocumentsService {
  constructor(
    private readonly numbers: NumberRegister,
    private readonly papers: Papers,
    private readonly authorities: Authorities,
    private readonly facts: Facts,
    private readonly trail: AuditTrail,
    private readonly clock: Clock,
  ) {}

  /** A draft may lack fields; what it has must fit the form. Refuses with `unknownForm` or `fieldsFaulty`. */
  async draft(tx: EntityManager, { form, ref, caseId, division, data, officer }: DraftRequest): Promise<DocumentRow> {
    const at = this.clock.now();
    const template = templateFor(form, localDate(at));
    if (!template) throw DocumentProblem.unknownForm({ form, known: FORM_IDS });
    refuseFaults(template, data);
    const row = tx.create(DocumentRow, {
      id: randomUUID(),
      divisionCode: division,
      refKind: ref.kind,
      refId: ref.id,
      caseId: caseId ?? (ref.kind === 'case' ? ref.id : null),
      form: template.form,
      templateVersion: template.version,
      title: template.zh,
      state: 'draft',
      data,
      number: null,
      issuedOn: null,
      paper: 0,
      version: 1,
      draftedBy: officer?.id ?? 'system:documents',
      draftedAt: at,
    });
    await tx.insert(DocumentRow, row as object);
    await this.record(tx, row, 'draft');
    return row;
  }

  /** Replaces fields of a draft; a null takes one away. */
  async amend(
    tx: EntityManager,
    id: string,
    fields: Record<string, unknown>,
    read?: (row: DocumentRow) => void,
  ): Promise<DocumentRow> {
    const row = await this.lock(tx, id);
    read?.(row);
    if (row.state !== 'draft') throw DocumentProblem.notEditable({ state: row.state });
    const form = templateOf(row.form, row.templateVersion);
    const recorded = recordedKeys(form).filter((key) => key in fields);
    if (recorded.length)
      throw DocumentProblem.fieldsFaulty({
        form: row.form,
        faults: recorded.map((key) => ({ key, zh: fieldOf(form, key).zh, fault: '由案卷记录自动生成，不得改写' })),
      });
    const data = merged(row.data, fields);
    refuseFaults(form, data);
    return this.change(tx, row, 'amend', { data });
  }

  /** What is still missing before the document can be submitted. */
  async missing(tx: EntityManager, row: DocumentRow): Promise<MissingField[]> {
    const template = templateOf(row.form, row.templateVersion);
    const missing = missingFields(template, row.data);
    if (row.form !== '45') return missing;
    // The decision must tell where the party may turn; that stands in the authority's entry, not in the case.
    const { reconsideration, court } = await this.authorities.of(tx, row.divisionCode);
    const remedy = (key: string, zh: string, value?: string | null) =>
      value ? [] : [{ key: `authority.${key}`, zh, basis: 'art 62(6)' }];
    return [...missing, ...remedy('reconsideration', '行政复议机关', reconsideration), ...remedy('court', '管辖法院', court)];
  }

  async submit(tx: EntityManager, id: string, officer: Actor, opinion = '请审批。'): Promise<DocumentRow> {
    const { row, to } = await this.begin(tx, id, 'submit', officer);
    await this.refuseIncomplete(tx, row);
    const at = this.clock.now().toISOString();
    return this.change(tx, row, 'submit', {
      state: to,
      submission: { opinion, name: officer.name, at },
      submittedBy: officer.id,
    });
  }

  async giveBack(tx: EntityManager, id: string, officer: Actor, reason: string): Promise<DocumentRow> {
    const { row, to } = await this.begin(tx, id, 'giveBack', officer);
    return this.change(
      tx,
      row,
      'giveBack',
      { state: to, submission: null, submittedBy: null },
      { reason: given(reason, 'giveBack') },
    );
  }

  /** Approves, and takes the number. Refuses whoever drafted or submitted it. */
  async approve(tx: EntityManager, id: string, officer: Actor, opinion = '同意。'): Promise<DocumentRow> {
    const { row, to } = await this.begin(tx, id, 'approve', officer);
    if (officer.id === row.submittedBy || officer.id === row.draftedBy) throw DocumentProblem.approverIsSubmitter();
    await this.refuseIncomplete(tx, row);
    const at = this.clock.now();
    const issuedOn = localDate(at);
    const authority = await this.authorities.of(tx, row.divisionCode);
    const number = await this.numbers.take(tx, {
      divisionCode: row.divisionCode,
      authorityWord: authority.word,
      formWord: templateOf(row.form, row.templateVersion).word!,
      year: Number(issuedOn.slice(0, 4)),
      documentId: row.id,
      by: officer.id,
      at,
    });
    const approval = { opinion, name: officer.name, at: at.toISOString() };
    return this.change(tx, row, 'approve', { state: to, number, issuedOn, approval, approvedBy: officer.id }, { number });
  }

  /** Sets the seal: the paper is printed, stored and from now on the document. Needs a fresh second factor. */
  async seal(tx: EntityManager, id: string, officer: Actor): Promise<DocumentRow> {
    const { row, to } = await this.begin(tx, id, 'seal', officer);
    this.refuseStaleFactor(officer);
    return this.settle(tx, row, 'seal', to, officer, null);
  }

  /** Fixes a record or receipt as it stands. */
  async finish(tx: EntityManager, id: string, officer: Actor): Promise<DocumentRow> {
    const { row, to } = await this.begin(tx, id, 'finish', officer);
    await this.refuseIncomplete(tx, row);
    return this.settle(tx, row, 'finish', to, officer, null);
  }

  /** A corrected paper under the same number: the next version; the sealed ones before it stay (AC-OFF-4.2). */
  async regenerate(
    tx: EntityManager,
    id: string,
    officer: Actor,
    reason: string,
    fields: Record<string, unknown> = {},
  ): Promise<DocumentRow> {
    const { row, to } = await this.begin(tx, id, 'regenerate', officer);
    this.refuseStaleFactor(officer);
    row.data = merged(row.data, fields);
    refuseFaults(templateOf(row.form, row.templateVersion), row.data);
    await this.refuseIncomplete(tx, row);
    return this.settle(tx, row, 'regenerate', to, officer, given(reason, 'regenerate'));
  }

  /** Records that the document was served, in one of the seven ways. */
  async serve(tx: EntityManager, id: string, officer: Actor, service: ServiceRecord): Promise<DocumentRow> {
    const { row, to } = await this.begin(tx, id, 'serve', officer);
    const gaps = serviceGaps(service);
    if (gaps.length) throw DocumentProblem.serviceIncomplete({ method: service.method, missing: gaps });
    await tx.insert(DocumentServiceRow, {
      documentId: row.id,
      method: service.method,
      recipient: service.to,
      place: service.where,
      servedAt: service.at,
      receiver: service.receiver ?? null,
      refused: service.refused ?? null,
      witness: service.witness ?? null,
      media: [...(service.media ?? [])],
      agreement: service.agreement ?? null,
      recordedBy: officer.id,
      recordedAt: this.clock.now(),
    });
    const served = await this.change(tx, row, 'serve', { state: to }, { method: service.method });
    await this.facts.publish(tx, DOCUMENT_SERVED, row.id, {
      documentId: row.id,
      caseId: row.caseId,
      form: row.form,
      servedAt: service.at.toISOString(),
    });
    return served;
  }

  /** Takes the document out of force. Its number stays in the register with the reason. */
  async void(tx: EntityManager, id: string, officer: Actor, reason: string): Promise<DocumentRow> {
    const { row, to } = await this.begin(tx, id, 'void', officer);
    const why = given(reason, 'void');
    if (row.number) await this.numbers.markVoid(tx, row.id, why, this.clock.now());
    return this.change(tx, row, 'void', { state: to, voidReason: why }, { reason: why });
  }

  /** Locks the row and finds the move; refuses with 404, 409 or 403, in this order. */
  private async begin(tx: EntityManager, id: string, action: DocumentAction, officer: Actor) {
    const row = await this.lock(tx, id);
    const move = documentStates.move(row.state, action);
    if (!move || !fitsRoute(row, action))
      throw DocumentProblem.illegalTransition({ state: row.state, action, allowed: actionsOf(row) });
    if (!officer.permissions.includes(move.requires)) throw PlatformProblem.forbidden({ permission: move.requires });
    return { row, to: move.to };
  }

  private async lock(tx: EntityManager, id: string): Promise<DocumentRow> {
    const row = await tx.findOne(DocumentRow, { where: { id }, lock: { mode: 'pessimistic_write' } });
    if (!row) throw DocumentProblem.notFound();
    return row;
  }

  private refuseStaleFactor({ secondFactorAt }: Actor): void {
    if (!secondFactorAt || this.clock.now().getTime() - secondFactorAt.getTime() > SECOND_FACTOR_MS)
      throw OfficersProblem.secondFactorRequired();
  }

  private async refuseIncomplete(tx: EntityManager, row: DocumentRow): Promise<void> {
    const missing = await this.missing(tx, row);
    if (missing.length) throw DocumentProblem.fieldsMissing({ form: row.form, missing });
    const unread = unreadLaw(row.data);
    if (unread.length) throw DocumentProblem.basisNotLaw({ citations: unread });
    const outdated = lawNotInForce(row.data);
    if (outdated.length) throw DocumentProblem.lawNotInForce({ day: String(row.data.actDate), citations: outdated });
  }

  private async settle(
    tx: EntityManager,
    row: DocumentRow,
    action: DocumentAction,
    to: DocumentRow['state'],
    officer: Actor,
    reason: string | null,
  ): Promise<DocumentRow> {
    const paper = await this.papers.keep(tx, row, officer, this.clock.now(), reason);
    const details = { paper: paper.version, sha256: paper.sha256, ...(reason ? { reason } : {}) };
    const settled = await this.change(tx, row, action, { state: to, paper: paper.version, data: row.data }, details);
    const fact: DocumentSealed = {
      documentId: row.id,
      caseId: row.caseId,
      ref: { kind: row.refKind, id: row.refId },
      form: row.form,
      number: row.number,
      version: paper.version,
      sha256: paper.sha256,
    };
    await this.facts.publish(tx, paper.version === 1 ? DOCUMENT_SEALED : DOCUMENT_REGENERATED, row.id, fact);
    return settled;
  }

  private async change(
    tx: EntityManager,
    row: DocumentRow,
    action: string,
    changes: Partial<DocumentRow>,
    details: Record<string, unknown> = {},
  ): Promise<DocumentRow> {
    const next = Object.assign(row, changes, { version: row.version + 1 });
    await tx.update(DocumentRow, { id: row.id }, { ...changes, version: next.version } as object);
    await this.record(tx, next, action, details);
    return next;
  }

  private record(tx: EntityManager, row: DocumentRow, action: string, details: Record<string, unknown> = {}): Promise<void> {
    return this.trail.record(tx, {
      act: `document.${action}`,
      kind: 'document',
      id: row.id,
      caseId: row.caseId,
      details: { form: row.form, ...details },
    });
  }
}

/** A form that a leader approves is not finished by its makers, and a record is not sent for approval. */
function fitsRoute(row: DocumentRow, action: DocumentAction): boolean {
  const { route } = templateOf(row.form, row.templateVersion);
  return action === 'submit' ? route === 'approved' : action === 'finish' ? route === 'recorded' : true;
}

/** Moves that the document can make now, whoever acts. */
export function actionsOf(row: DocumentRow): DocumentAction[] {
  return documentStates
    .actionsFrom(row.state)
    .map(({ action }) => action)
    .filter((action) => fitsRoute(row, action));
}

/** Moves that this person can make now: what the console shows as buttons. */
export function actionsFor(row: DocumentRow, officer: Pick<Actor, 'id' | 'permissions'>): DocumentAction[] {
  const apart = officer.id !== row.submittedBy && officer.id !== row.draftedBy;
  return actionsOf(row).filter((action) => {
    const move = documentStates.move(row.state, action)!;
    return officer.permissions.includes(move.requires) && (action !== 'approve' || apart);
  });
}

function refuseFaults(template: Template, data: Record<string, unknown>): void {
  const faults = faultyFields(template, data);
  if (faults.length) throw DocumentProblem.fieldsFaulty({ form: template.form, faults });
}

function given(reason: string | undefined, action: string): string {
  if (!reason?.trim()) throw DocumentProblem.reasonMissing({ action });
  return reason.trim();
}

function merged(data: Record<string, unknown>, fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries({ ...data, ...fields }).filter(([, value]) => value !== null));
}
