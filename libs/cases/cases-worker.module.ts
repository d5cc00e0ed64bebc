import { Module, type OnModuleInit } from '@nestjs/common';
import { type Fact, FactHandlers, Sweeps } from '../platform';
import { CaseService } from './app/case.service';
import { DeadlineSweep } from './app/deadline-sweep';
import { CasesModule } from './cases.module';
import type { FindingConfirmed } from './domain/facts';

const MINUTE = 60_000;

/** A confirmed finding becomes a clue; time limits are looked at every minute. */
@Module({ imports: [CasesModule], providers: [DeadlineSweep] })
export class CasesWorkerModule implements OnModuleInit {
  constructor(
    private readonly facts: FactHandlers,
    private readonly sweeps: Sweeps,
    private readonly cases: CaseService,
    private readonly deadlines: DeadlineSweep,
  ) {}

  onModuleInit(): void {
    this.facts.on('finding.confirmed', 'cases.openClue', async (tx, fact: Fact<FindingConfirmed>) => {
      await this.cases.openFromFinding(tx, fact.payload);
    });
    this.sweeps.every('cases.deadlines', MINUTE, async () => void (await this.deadlines.run()));
  }
}
