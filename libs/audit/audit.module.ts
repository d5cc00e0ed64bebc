import { Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditSequencer } from './app/audit-sequencer';
import { AuditTrail } from './app/audit-trail';
import { AUDIT_ROWS } from './store/audit.entity';

@Global()
@Module({
  imports: [TypeOrmModule.forFeature(AUDIT_ROWS)],
  providers: [AuditTrail, AuditSequencer],
  exports: [AuditTrail, AuditSequencer],
})
export class AuditModule {}
