import { Module, type OnModuleInit } from '@nestjs/common';
import { type Fact, FactHandlers, Sweeps } from '../platform';
import { FollowUpRest, FollowUpService } from './app/follow-up.service';
import { LapseRest, LapseService } from './app/lapse.service';
import { LinkWishes, MailRest, MailService } from './app/mail.service';
import { OverdueService } from './app/overdue.service';
import { RecheckRest, RecheckService } from './app/recheck.service';
import { LINK_WANTED, ORDER_FACTS, type OrderFact } from './domain/facts';
import { OrdersModule } from './orders.module';

const SECOND_MS = 1_000;

/** Mail, lapse, re-check and what follows from moves. Every sweep looks at rows, so a crash loses nothing and a repetition does nothing. */
@Module({
  imports: [OrdersModule],
  providers: [
    MailService,
    MailRest,
    LinkWishes,
    LapseService,
    LapseRest,
    RecheckService,
    RecheckRest,
    FollowUpService,
    FollowUpRest,
    OverdueService,
  ],
  exports: [MailService, LapseService, RecheckService, FollowUpService, OverdueService],
})
export class OrdersWorkerModule implements OnModuleInit {
  constructor(
    private readonly facts: FactHandlers,
    private readonly sweeps: Sweeps,
    private readonly mails: MailService,
    private readonly lapses: LapseService,
    private readonly rechecks: RecheckService,
    private readonly followUps: FollowUpService,
    private readonly wishes: LinkWishes,
    private readonly overdue: OverdueService,
  ) {}

  onModuleInit(): void {
    for (const type of new Set(Object.values(ORDER_FACTS))) {
      this.on(type, 'orders.tellCase', (tx, fact) => this.followUps.tellCase(tx, type, fact.payload));
      this.on(type, 'orders.holdCase', (tx, fact) => this.followUps.holdCase(tx, fact.payload));
    }
    this.on(ORDER_FACTS.report, 'orders.afterReport', (tx, fact) => this.followUps.afterReport(tx, fact.payload));
    this.on(ORDER_FACTS.report, 'orders.receipt', (tx, fact) => this.followUps.makeReceipts(tx, fact.payload));
    this.on(ORDER_FACTS.confirm, 'orders.afterVerification', (tx, fact) => this.followUps.afterVerification(tx, fact.payload));
    this.facts.on(LINK_WANTED, 'orders.renewLink', (tx, fact: Fact<never>) => this.wishes.renew(tx, fact.subject));
    for (const type of ['evidence.fixed', 'evidence.failed'])
      this.facts.on(type, 'orders.judge', (tx, fact: Fact<never>) => this.rechecks.judge(tx, fact.subject));

    this.sweeps.every('orders.links', 2 * SECOND_MS, () => this.mails.sendLinks());
    this.sweeps.every('orders.codes', SECOND_MS, () => this.mails.sendCodes());
    this.sweeps.every('orders.lapse', 10 * SECOND_MS, () => this.lapses.lapseDue());
    this.sweeps.every('orders.recheck', 5 * SECOND_MS, () => this.rechecks.lookDue());
    this.sweeps.every('orders.proofs', 15 * SECOND_MS, () => this.followUps.storeProofs());
    this.sweeps.every('orders.overdue', 60 * SECOND_MS, () => this.overdue.tell());
  }

  private on(
    type: string,
    name: string,
    handler: (tx: Parameters<Parameters<FactHandlers['on']>[2]>[0], fact: Fact<OrderFact>) => Promise<void>,
  ): void {
    this.facts.on(type, name, (tx, fact: Fact<never>) => handler(tx, fact as Fact<OrderFact>));
  }
}
