import { Global, Module, type OnModuleInit } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditModule } from '../audit';
import { DocumentsModule, FORM_IDS } from '../documents';
import { EvidenceModule, EvidenceRetention } from '../evidence';
import { OfficersModule } from '../officers';
import { RegistryModule } from '../registry';
import { CalendarService } from './app/calendar.service';
import { CaseClocks } from './app/case-clocks';
import { CasePapers } from './app/case-papers';
import { CasePeople } from './app/case-people';
import { CaseRetention } from './app/case-retention';
import { CaseReader } from './app/case-reader';
import { CaseOrigins } from './app/case-origins';
import { CaseService } from './app/case.service';
import { ExhibitList } from './app/exhibit-list';
import { ExhibitSource } from './app/exhibit-source';
import { Exhibits } from './app/exhibits';
import { GuardContexts } from './app/guard-context';
import { Journal } from './app/journal';
import { MoveEffects } from './app/move-effects';
import { Tasks } from './app/tasks';
import { Measures } from './app/measures';
import { MoveRecord } from './app/move-record';
import { Panels } from './app/panels';
import { Transfers } from './app/transfers';
import { Transitions } from './app/transitions';
import { CLOCKS } from './domain/clock-book';
import { allDefinitions } from './domain/definition';
import { definitionFaults } from './domain/definition-check';
import { GUARD_NAMES } from './domain/guards';
import { INPUT_FIELDS } from './domain/input';
import { CASE_PERMISSION_NAMES } from './domain/permissions';
import { CASE_ROWS } from './store/rows';

const SERVICES = [
  CaseService,
  CaseReader,
  CalendarService,
  CaseClocks,
  CasePapers,
  CasePeople,
  ExhibitSource,
  Journal,
  Measures,
  MoveEffects,
  Panels,
  Tasks,
  Transfers,
  Transitions,
];

/** Answers what the evidence room below asks: whether a case still needs a package. */
@Global()
@Module({ providers: [{ provide: EvidenceRetention, useClass: CaseRetention }], exports: [EvidenceRetention] })
class RetentionModule {}

/** Cases, for every process that has the database. */
@Module({
  imports: [
    TypeOrmModule.forFeature(CASE_ROWS),
    AuditModule,
    OfficersModule,
    RegistryModule,
    EvidenceModule,
    DocumentsModule,
    RetentionModule,
  ],
  providers: [...SERVICES, CaseOrigins, ExhibitList, Exhibits, GuardContexts, MoveRecord],
  exports: SERVICES,
})
export class CasesModule implements OnModuleInit {
  /** No process runs on a definition that names what is not there. */
  onModuleInit(): void {
    const words = {
      forms: FORM_IDS,
      guards: GUARD_NAMES,
      clocks: CLOCKS,
      permissions: CASE_PERMISSION_NAMES,
      fields: INPUT_FIELDS,
    };
    const faults = allDefinitions().flatMap((definition) => definitionFaults(definition, words));
    if (faults.length) throw new Error(`case definitions cannot be used: ${faults.join('; ')}`);
  }
}
