import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AuditTrail } from '../../audit';
import { Facts } from '../../platform';
import type { Changes } from '../domain/changes';
import { type HistoryEntry, RegistryRepository } from '../store/registry.repository';

/** What the rooms above are told, beside the names of the fields. */
export interface Told {
  type: string;
  payload: object;
}

/** Leaves history, audit event and fact of one change, in its transaction: there is no change without all three. */
@Injectable()
export class ChangeRecorder {
  constructor(
    private readonly registry: RegistryRepository,
    private readonly trail: AuditTrail,
    private readonly facts: Facts,
  ) {}

  async record(tx: EntityManager, act: 'created' | 'changed', entry: HistoryEntry, told?: Told): Promise<void> {
    const { entity, entityId, version, changes, reason = null } = entry;
    const fields = fieldsOf(act, changes);
    await this.registry.record(tx, entry);
    await this.trail.record(tx, { act: `${entity}.${act}`, kind: entity, id: entityId, details: { version, fields, reason } });
    if (told) await this.facts.publish(tx, told.type, entityId, { ...told.payload, fields });
  }
}

const fieldsOf = (act: string, changes: Changes): string[] => (act === 'created' ? ['created'] : Object.keys(changes));
