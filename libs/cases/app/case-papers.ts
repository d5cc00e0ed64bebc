import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AuditTrail } from '../../audit';
import { DocumentReader, type DocumentRow, DocumentsService, FORM_IDS, SERVICE_METHODS } from '../../documents';
import { Clock, localDate } from '../../kernel';
import { OfficerDirectory } from '../../officers';
import type { SessionOfficer } from '../../platform';
import { CasesProblem } from '../domain/problems';
import type { CaseRow } from '../store/case.entity';
import { CaseNoteRow } from '../store/case-parts.entity';
import { CaseReader } from './case-reader';
import { ExhibitList } from './exhibit-list';
import { Journal } from './journal';
import { Panels } from './panels';

/** Documents and notes of a case. Both can still be added after the case has ended: late, and marked so. */
@Injectable()
export class CasePapers {
  constructor(
    private readonly reader: CaseReader,
    private readonly documents: DocumentsService,
    private readonly documentReader: DocumentReader,
    private readonly officers: OfficerDirectory,
    private readonly exhibits: ExhibitList,
    private readonly panels: Panels,
    private readonly journal: Journal,
    private readonly trail: AuditTrail,
    private readonly clock: Clock,
  ) {}

  /** Drafts a form with what the file knows; the given fields win. Nothing known is typed twice. */
  async draft(
    tx: EntityManager,
    caseId: string,
    form: string,
    fields: Record<string, unknown>,
    officer: SessionOfficer,
  ): Promise<DocumentRow> {
    const file = await this.reader.lock(tx, caseId);
    // What the record of the case says is not for the caller to word: a list of exhibits lists what is there.
    const data = { ...(await this.known(tx, file, form)), ...fields, ...(await this.recorded(tx, file, form)) };
    const row = await this.documents.draft(tx, {
      form,
      ref: { kind: 'case', id: caseId },
      division: file.divisionCode,
      data,
      officer,
    });
    await this.journal.append(tx, file, {
      kind: 'documentDrafted',
      zh: `拟制文书: ${row.title}`,
      en: `Document drafted: form ${row.form}`,
      data: { documentId: row.id, form: row.form },
    });
    return row;
  }

  ofCase(tx: EntityManager, caseId: string): Promise<DocumentRow[]> {
    return this.documentReader.ofCase(tx, caseId);
  }

  /** What became of a document of the case, told by its room as a fact; a document of an order is told by the order. */
  async note(tx: EntityManager, documentId: string, kind: 'documentSealed' | 'documentServed', happenedAt: Date): Promise<void> {
    const { refKind, refId, title, form, number } = await this.documentReader.byId(tx, documentId);
    if (refKind !== 'case') return;
    const name = [title, number].filter(Boolean).join(' ');
    const words =
      kind === 'documentSealed'
        ? { zh: `文书盖章生效: ${name}`, en: `Document in force: form ${form} ${number ?? ''}` }
        : { zh: `文书送达: ${name}`, en: `Document served: form ${form} ${number ?? ''}` };
    await this.journal.append(tx, await this.reader.byId(tx, refId), {
      kind,
      ...words,
      happenedAt,
      data: { documentId, form, number },
    });
  }

  /** Notes are never rewritten: a correction is a further note that points at the first. */
  async addNote(tx: EntityManager, caseId: string, text: string, corrects: string | null, by: string): Promise<CaseNoteRow> {
    const file = await this.reader.byId(tx, caseId);
    if (corrects && !(await tx.existsBy(CaseNoteRow, { id: corrects, caseId }))) throw CasesProblem.notFound();
    const row = { id: randomUUID(), caseId, text, corrects, by, at: this.clock.now(), afterClose: file.closedAt !== null };
    await tx.insert(CaseNoteRow, row);
    await this.journal.append(tx, file, { kind: 'noteAdded', zh: '记录', en: 'Note', data: { noteId: row.id, corrects } });
    await this.trail.record(tx, { act: 'case.note', kind: 'case', id: caseId, caseId, details: { noteId: row.id } });
    return tx.findOneByOrFail(CaseNoteRow, { id: row.id });
  }

  /** What the file can say in the fields of a form; only keys that the form has. */
  private async known(tx: EntityManager, file: CaseRow, form: string): Promise<Record<string, unknown>> {
    const [party] = await this.reader.parties(tx, file.id);
    const snapshot = party?.snapshot ?? {};
    const handlers = (await this.reader.people(tx, file.id, 'handler')).map(({ name, certificate }) => ({ name, certificate }));
    const text = (value: unknown) => (typeof value === 'string' && value ? value : undefined);
    const whole = {
      party: LISTS.includes(form)
        ? (file.partyName ?? undefined)
        : drop({
            kind: snapshot.kind === 'natural-person-shop' ? '个人' : '单位',
            name: text(snapshot.name) ?? file.partyName ?? undefined,
            uscc: text(snapshot.uscc),
            legalRep: text(snapshot.legalRep),
            address: text(snapshot.domicile),
            phone: text(snapshot.contactPhone),
          }),
      cause: file.matter,
      sourceRef: file.number,
      facts: file.facts ?? undefined,
      law: file.articles.length ? file.articles : undefined,
      handlers: form === '7' && handlers.length >= 2 ? handlers : undefined,
      officers: handlers.length >= 2 ? handlers : undefined,
      case: LISTS.includes(form)
        ? `${file.matter}（${file.number}）`
        : `${file.matter}; ${file.partyName ?? ''}; ${file.filedAt ? localDate(file.filedAt) : ''}`,
      decision: (await this.reader.file(tx, file.id))?.decision?.number,
      execution: file.execution ?? undefined,
      statement: file.statement ?? undefined,
      penalty: file.penalty?.map(({ content, basis }) => ({ content, basis })),
      contact: form === '37' ? await this.contact(tx, file, handlers[0]?.name) : undefined,
      to: file.partyName ?? undefined,
      ...(form === '50' ? await this.lastService(tx, file.id) : {}),
    };
    return drop(Object.fromEntries(Object.entries(whole).filter(([key]) => KNOWN_KEYS[form]?.includes(key))));
  }

  /** The newest discussion that was held, as its record tells it; nothing when there is none. */
  private async discussion(tx: EntityManager, caseId: string): Promise<Record<string, unknown>> {
    const held = (await this.panels.of(tx, caseId)).filter(({ panel }) => panel.state === 'held').at(-1);
    if (!held) return {};
    const { panel, members } = held;
    const names = (list: typeof members) => list.map(({ name }) => name).join('、');
    return drop({
      when: panel.heldAt!.toISOString(),
      place: panel.place,
      chair: members.find(({ officerId }) => officerId === panel.chairId)?.name,
      recorder: panel.recorder,
      members: names(members.filter(({ vote }) => vote)),
      absent: members.filter(({ vote }) => !vote).map(({ name, absence }) => `${name}（${absence}）`).join('、') || undefined, // prettier-ignore
      listeners: panel.listeners.join('、') || undefined,
      question: panel.question,
      minutes: panel.minutes!,
      opinions: members.filter(({ vote }) => vote).map(({ name, vote, opinion }) => `${name}（${VOTES[vote!]}）：${opinion}`), // prettier-ignore
      conclusion: [panel.conclusionText, panel.againstMajority && `与多数意见不一致的理由：${panel.againstMajority}`]
        .filter(Boolean)
        .join('\n'),
    });
  }

  /** Forms 11 and 24 are lists of the file's own record, as it stands now. */
  private async recorded(tx: EntityManager, file: CaseRow, form: string): Promise<Record<string, unknown>> {
    if (form === '42') return this.discussion(tx, file.id);
    if (form !== '11' && form !== '24') return {};
    const all = await this.exhibits.of(tx, file.id);
    const asOf = this.clock.now().toISOString();
    return form === '11' ? { asOf, exhibits: all } : { asOf, things: all.filter(({ kind }) => kind === 'thing') };
  }

  private async contact(tx: EntityManager, file: CaseRow, name = ''): Promise<string> {
    const { agencyName, telephone } = await this.officers.agencyOf(tx, file.divisionCode);
    return [name, agencyName, telephone].filter(Boolean).join(' ');
  }

  /** The newest service recorded in the case, in the fields of the receipt. */
  private async lastService(tx: EntityManager, caseId: string): Promise<Record<string, unknown>> {
    const served = (await this.documentReader.ofRef(tx, 'case', caseId)).filter(({ state }) => state === 'served');
    const all = await Promise.all(served.map(({ id }) => this.documentReader.whole(tx, id)));
    const last = all
      .filter(({ service }) => service)
      .sort((a, b) => b.service!.servedAt.getTime() - a.service!.servedAt.getTime())[0];
    if (!last) return {};
    const { recipient, place, method, servedAt, receiver, refused } = last.service!;
    return {
      doc: [last.row.title, last.row.number].filter(Boolean).join(' '),
      to: recipient,
      where: place,
      method: SERVICE_METHODS.find(({ key }) => key === method)?.zh ?? method,
      when: servedAt.toISOString(),
      receiver: receiver ?? undefined,
      refused: refused ?? undefined,
    };
  }
}

/** Papers of the file's own record; they name the case and the party in one line. */
const LISTS: readonly string[] = ['11', '24', '42'];

const VOTES = { agree: '同意', disagree: '不同意', abstain: '弃权' };

/** Which of it each form takes. */
const KNOWN_KEYS: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  FORM_IDS.map((form) => [
    form,
    {
      '7': ['party', 'cause', 'sourceRef', 'facts', 'law', 'handlers'],
      '11': ['case', 'party', 'officers'],
      '24': ['case', 'party', 'officers'],
      '37': ['party', 'facts', 'contact'],
      '42': ['case', 'party'],
      '45': ['party', 'facts', 'statement', 'penalty'],
      '50': ['doc', 'to', 'where', 'method', 'when', 'receiver', 'refused', 'officers'],
      '53': ['case', 'decision', 'execution'],
    }[form as string] ?? [],
  ]),
);

function drop<T extends Record<string, unknown>>(record: T): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined));
}
