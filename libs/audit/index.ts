export { AuditSequencer, type ChainReport } from './app/audit-sequencer';
export { type AuditEntry, AuditTrail } from './app/audit-trail';
export { AuditModule } from './audit.module';
export { Reads } from './http/reads.interceptor';
export { AUDIT_ROWS } from './store/audit.entity';
