export { CalendarService } from './app/calendar.service';
export { type CaseFile, CaseReader } from './app/case-reader';
export { type OpenCase } from './app/case-origins';
export { CaseService } from './app/case.service';
export { type Entry as CaseEntry } from './app/journal';
export { type NewTask } from './app/tasks';
export { Transitions as CaseTransitions } from './app/transitions';
export { CasesModule } from './cases.module';
export { allDefinitions, definitionOf, type CaseDefinition } from './domain/definition';
export {
  CASE_CLOSED,
  CASE_DECIDED,
  CASE_FILED,
  CASE_OPENED,
  CASE_SERVED,
  type CaseMoved,
  type FindingConfirmed,
} from './domain/facts';
export { CASE_PERMISSION_NAMES, type CasePermission } from './domain/permissions';
export { CasesProblem } from './domain/problems';
export { CASE_ROWS } from './store/rows';
export { CaseRow } from './store/case.entity';
