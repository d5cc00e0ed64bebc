import { Module } from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { AuditModule } from './audit.module';
import { AuditController } from './http/audit.controller';
import { ReadsInterceptor } from './http/reads.interceptor';

@Module({
  imports: [AuditModule],
  controllers: [AuditController],
  providers: [{ provide: APP_INTERCEPTOR, useClass: ReadsInterceptor }],
})
export class AuditHttpModule {}
