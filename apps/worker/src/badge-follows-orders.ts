import { Injectable, type OnModuleInit } from '@nestjs/common';
import { BadgeHolds } from '../../../libs/badge';
import { type Fact, FactHandlers } from '../../../libs/platform';
import type { OrderFact } from '../../../libs/orders';

/**
 * A badge shows what an order did to its outlet. Badge lies below orders and orders may not call it, so the two meet here, where
 * the process is composed. Each handler is safe to repeat.
 */
@Injectable()
export class BadgeFollowsOrders implements OnModuleInit {
  constructor(
    private readonly facts: FactHandlers,
    private readonly holds: BadgeHolds,
  ) {}

  onModuleInit(): void {
    this.facts.on('order.dispatched', 'badge.followDispatch', async (tx, { payload }: Fact<OrderFact>) => {
      if (payload.kind !== 'suspension') return;
      for (const outletId of payload.outletIds)
        await this.holds.suspendByOrder(tx, outletId, payload.orderId, `暂停提供服务通知书 ${payload.number ?? ''}`);
    });
    this.facts.on('order.verified', 'badge.followVerification', async (tx, { payload }: Fact<OrderFact>) => {
      if (payload.kind !== 'closure') return;
      for (const outletId of payload.outletIds)
        await this.holds.revokeByOrder(tx, outletId, payload.orderId, `关闭网站行政建议书 ${payload.number ?? ''}`);
    });
    this.facts.on('order.restored', 'badge.followRestoration', async (tx, { payload }: Fact<OrderFact>) => {
      for (const outletId of payload.outletIds)
        await this.holds.restoreByOrder(tx, outletId, payload.orderId, `恢复服务 ${payload.number ?? ''}`);
    });
  }
}
