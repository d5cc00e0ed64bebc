export { FindingsService, type FindingRequest } from './app/findings.service';
export { FINDING_CONFIRMED, type FindingConfirmed } from './domain/facts';
export { findingStates } from './domain/finding.states';
export { SupervisionProblem } from './domain/problems';
export { FindingRow, SUPERVISION_ROWS } from './store/finding.entity';
export { SupervisionModule } from './supervision.module';
