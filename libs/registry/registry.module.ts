import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditModule } from '../audit';
import { ChangeRecorder } from './app/change-recorder';
import { ConflictService } from './app/conflict.service';
import { OperatorService } from './app/operator.service';
import { OutletService } from './app/outlet.service';
import { SubjectService } from './app/subject.service';
import { RegistryRepository } from './store/registry.repository';
import { REGISTRY_ROWS } from './store/rows';

const SERVICES = [SubjectService, OutletService, OperatorService, ConflictService];

@Module({
  imports: [TypeOrmModule.forFeature(REGISTRY_ROWS), AuditModule],
  providers: [...SERVICES, RegistryRepository, ChangeRecorder],
  exports: SERVICES,
})
export class RegistryModule {}
