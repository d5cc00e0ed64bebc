import { Module } from '@nestjs/common';
import { ConflictController } from './http/conflict.controller';
import { OperatorController } from './http/operator.controller';
import { OutletController } from './http/outlet.controller';
import { SubjectController } from './http/subject.controller';
import { RegistryModule } from './registry.module';

@Module({ imports: [RegistryModule], controllers: [SubjectController, OutletController, OperatorController, ConflictController] })
export class RegistryHttpModule {}
