import { randomInt } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Clock } from '../../kernel';
import { Facts } from '../../platform';
import { type LookRequest, type LookResult, Looks } from '../app/outside';

const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** Text of the page that the order is about. */
export const OFFENDING_TEXT =
  '本店出售各类电子产品,全场包邮,支持七天无理由退货,联系客服获取报价,限时优惠每日更新,欢迎新老顾客选购。';

/** A browser that sees what the test says, at the moment it is asked, and whose captures are fixed at once. */
@Injectable()
export class FakeLooks extends Looks {
  /** What is seen at an address with a profile from a vantage point; the offending page unless the test says otherwise. */
  sees: (look: Pick<LookRequest, 'url' | 'profile' | 'vantage'>) => Partial<LookResult> = () => ({});
  points: [string, ...string[]] = ['main'];
  readonly asked: LookRequest[] = [];
  readonly fetched = new Map<string, { at: Date; url: string }>();
  private readonly results = new Map<string, LookResult>();

  constructor(
    private readonly clock: Clock,
    private readonly facts: Facts,
  ) {
    super();
  }

  vantages(): [string, ...string[]] {
    return this.points;
  }

  async request(tx: EntityManager, look: LookRequest): Promise<string> {
    const id = packageId();
    this.asked.push(look);
    const at = this.clock.now();
    this.results.set(id, {
      reach: 'answered',
      status: 200,
      urlFinal: look.url,
      text: OFFENDING_TEXT,
      ip: '192.0.2.1',
      at,
      ...this.sees(look),
    });
    await this.facts.publish(tx, 'evidence.fixed', id, { packageId: id, captureId: id });
    return id;
  }

  async result(_tx: EntityManager, id: string): Promise<LookResult | null> {
    return this.results.get(id) ?? null;
  }

  async text(): Promise<string> {
    return OFFENDING_TEXT;
  }

  async fetchedAt(_tx: EntityManager, ids: readonly string[]): Promise<Map<string, { at: Date; url: string }>> {
    return new Map(ids.flatMap((id) => (this.fetched.has(id) ? [[id, this.fetched.get(id)!]] : [])));
  }
}

export function packageId(): string {
  return `ev_${Array.from({ length: 26 }, () => LETTERS[randomInt(32)]).join('')}`;
}
