import { Module } from '@nestjs/common';
import { DocumentsModule } from '../documents';
import { RegistryModule } from '../registry';
import { CasesModule } from './cases.module';
import { CalendarController } from './http/calendar.controller';
import { CaseClocksController } from './http/case-clocks.controller';
import { CaseMeasuresController } from './http/case-measures.controller';
import { CasePanelsController } from './http/case-panels.controller';
import { CasePapersController } from './http/case-papers.controller';
import { CasePartsController } from './http/case-parts.controller';
import { CaseController } from './http/case.controller';
import { CaseTransfersController } from './http/case-transfers.controller';
import { TaskController } from './http/task.controller';

/** Routes of cases, tasks and the working calendar, for the API process. */
@Module({
  imports: [CasesModule, DocumentsModule, RegistryModule],
  controllers: [
    CaseController,
    CasePartsController,
    CaseMeasuresController,
    CasePanelsController,
    CasePapersController,
    CaseTransfersController,
    CaseClocksController,
    TaskController,
    CalendarController,
  ],
})
export class CasesHttpModule {}
