import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Fact } from './fact.entity';

export type FactHandler = (tx: EntityManager, fact: Fact<never>) => Promise<void>;

/** Who wants to hear of what. Filled by worker modules when they start. */
@Injectable()
export class FactHandlers {
  private readonly byType = new Map<string, Map<string, FactHandler>>();

  /** `name` is remembered with each fact that the handler has dealt with: it must be unique and never be renamed. */
  on(type: string, name: string, handler: FactHandler): void {
    const handlers = this.byType.get(type) ?? new Map<string, FactHandler>();
    if (handlers.has(name)) throw new Error(`two fact handlers named ${name}`);
    this.byType.set(type, handlers.set(name, handler));
  }

  of(type: string): readonly [name: string, handler: FactHandler][] {
    return [...(this.byType.get(type) ?? [])];
  }
}
