import { Module, type OnApplicationBootstrap, type OnModuleInit } from '@nestjs/common';
import { DOCUMENT_SEALED, DOCUMENT_SERVED, type DocumentSealed } from '../documents';
import { Db, type Fact, FactHandlers, Sweeps, systemClaims } from '../platform';
import { CasePapers } from './app/case-papers';
import { CaseService } from './app/case.service';
import { DeadlineSweep } from './app/deadline-sweep';
import { MeasureSweep } from './app/measure-sweep';
import { CasesModule } from './cases.module';
import { allDefinitions } from './domain/definition';
import { orphaned } from './domain/definition-check';
import type { FindingConfirmed } from './domain/facts';

const MINUTE = 60_000;

/** A confirmed finding becomes a clue; papers leave a line in the timeline; time limits and measures are looked at every minute. */
@Module({ imports: [CasesModule], providers: [DeadlineSweep, MeasureSweep] })
export class CasesWorkerModule implements OnModuleInit, OnApplicationBootstrap {
  constructor(
    private readonly db: Db,
    private readonly facts: FactHandlers,
    private readonly sweeps: Sweeps,
    private readonly cases: CaseService,
    private readonly deadlines: DeadlineSweep,
    private readonly measures: MeasureSweep,
    private readonly papers: CasePapers,
  ) {}

  onModuleInit(): void {
    this.facts.on('finding.confirmed', 'cases.openClue', async (tx, fact: Fact<FindingConfirmed>) => {
      await this.cases.openFromFinding(tx, fact.payload);
    });
    this.facts.on(DOCUMENT_SEALED, 'cases.documentSealed', async (tx, { at, payload }: Fact<DocumentSealed>) => {
      if (payload.ref.kind === 'case') await this.papers.note(tx, payload.documentId, 'documentSealed', new Date(at));
    });
    this.facts.on(
      DOCUMENT_SERVED,
      'cases.documentServed',
      async (tx, { payload }: Fact<{ documentId: string; servedAt: string }>) => {
        await this.papers.note(tx, payload.documentId, 'documentServed', new Date(payload.servedAt));
      },
    );
    this.sweeps.every('cases.deadlines', MINUTE, async () => void (await this.deadlines.run()));
    this.sweeps.every('cases.measures', MINUTE, async () => void (await this.measures.run()));
  }

  /** Refuses to start on a release that would orphan cases: each keeps the definition that it was opened with. */
  async onApplicationBootstrap(): Promise<void> {
    const live = await this.db.as(systemClaims('cases'), (tx) =>
      tx.query<{ definitionKey: string; definitionVersion: number; state: string }[]>(
        'SELECT DISTINCT definition_key AS "definitionKey", definition_version AS "definitionVersion", state FROM case_file',
      ),
    );
    const lost = orphaned(allDefinitions(), live);
    if (lost.length) throw new Error(`cases live in states that this release does not know: ${lost.join(', ')}`);
  }
}
