import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Clock } from '../../kernel';
import { Db, type Page, type PageQuery, pageOf, requireMatch } from '../../platform';
import { type Changes, changesBetween } from '../domain/changes';
import { RegistryProblem } from '../domain/problems';
import type { OperatorKind } from '../domain/subject-types';
import { normaliseUscc, usccFault } from '../domain/uscc';
import { type ContactRole, OperatorContactRow, OperatorRow } from '../store/operator.entity';
import { ChangeRecorder } from './change-recorder';

export interface ContactInput {
  name: string;
  role: ContactRole;
  email?: string | null;
  phone?: string | null;
  purpose: string;
}

export interface OperatorInput {
  name: string;
  kind: OperatorKind;
  uscc?: string | null;
  contacts: ContactInput[];
}

/** Platforms, hosts and telecom operators with the people who receive orders there. */
@Injectable()
export class OperatorService {
  constructor(
    private readonly db: Db,
    private readonly recorder: ChangeRecorder,
    private readonly clock: Clock,
  ) {}

  create(input: OperatorInput): Promise<OperatorRow> {
    return this.db.tx(async (tx) => {
      const { contacts, ...fields } = input;
      const checked = { ...fields, uscc: checkedUscc(fields.uscc) };
      await this.refuseTaken(tx, fields.name);
      const at = this.clock.now();
      const id = randomUUID();
      await tx.insert(OperatorRow, { id, version: 1, ...checked, createdAt: at, updatedAt: at });
      await this.setContacts(tx, id, contacts);
      await this.noted(tx, id, 1, 'created', changesBetween({}, { ...checked, contacts }));
      return this.byId(tx, id);
    });
  }

  change(id: string, readVersion: number, input: Partial<OperatorInput>): Promise<OperatorRow> {
    return this.db.tx(async (tx) => {
      const locked = await tx.findOne(OperatorRow, { where: { id }, lock: { mode: 'pessimistic_write' } });
      if (!locked) throw RegistryProblem.notFound();
      requireMatch(readVersion, locked.version);
      const before = await this.byId(tx, id);
      const { contacts, ...fields } = input;
      const checked = { ...fields, ...(fields.uscc === undefined ? {} : { uscc: checkedUscc(fields.uscc) }) };
      if (fields.name && fields.name !== before.name) await this.refuseTaken(tx, fields.name);
      const version = before.version + 1;
      await tx.update(OperatorRow, { id }, { ...checked, version, updatedAt: this.clock.now() });
      if (contacts) await this.setContacts(tx, id, contacts);
      const told = before.contacts.map(({ name, role, email, phone, purpose }) => ({ name, role, email, phone, purpose }));
      await this.noted(tx, id, version, 'changed', changesBetween({ ...before, contacts: told }, { ...checked, contacts }));
      return this.byId(tx, id);
    });
  }

  async byId(tx: EntityManager, id: string): Promise<OperatorRow> {
    const row = await tx.findOne(OperatorRow, { where: { id }, relations: { contacts: true }, order: { contacts: { position: 'ASC' } } });
    if (!row) throw RegistryProblem.notFound();
    return row;
  }

  get(id: string): Promise<OperatorRow> {
    return this.db.tx((tx) => this.byId(tx, id));
  }

  find(query: PageQuery & { kind?: string }): Promise<Page<OperatorRow>> {
    return this.db.tx((tx) => {
      const found = tx.createQueryBuilder(OperatorRow, 'p').leftJoinAndSelect('p.contacts', 'c');
      if (query.q?.trim()) found.andWhere('strpos(lower(p.name), lower(:words)) > 0', { words: query.q.trim() });
      if (query.kind) found.andWhere('p.kind = :kind', { kind: query.kind });
      return pageOf(found, query, { sortable: { name: 'p.name', createdAt: 'p.createdAt', kind: 'p.kind' }, defaultSort: 'name', defaultOrder: 'ASC', id: 'p.id' }); // prettier-ignore
    });
  }

  private async refuseTaken(tx: EntityManager, name: string): Promise<void> {
    if (await tx.existsBy(OperatorRow, { name })) throw RegistryProblem.operatorTaken({ name });
  }

  private async setContacts(tx: EntityManager, operatorId: string, contacts: readonly ContactInput[]): Promise<void> {
    await tx.delete(OperatorContactRow, { operatorId });
    for (const [position, contact] of contacts.entries())
      await tx.insert(OperatorContactRow, { id: randomUUID(), operatorId, position, ...contact });
  }

  private noted(tx: EntityManager, id: string, version: number, act: 'created' | 'changed', changes: Changes): Promise<void> {
    return this.recorder.record(tx, act, { entity: 'operator', entityId: id, version, source: 'officer', changes, divisionCode: null });
  }
}

function checkedUscc(uscc: string | null | undefined): string | null {
  if (!uscc) return null;
  const code = normaliseUscc(uscc);
  const fault = usccFault(code);
  if (fault) throw RegistryProblem.usccWrong({ pointer: '/uscc', fault, overridable: false });
  return code;
}
