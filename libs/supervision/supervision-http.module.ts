import { Module } from '@nestjs/common';
import { SupervisionController } from './http/supervision.controller';
import { SupervisionModule } from './supervision.module';

/** Routes of supervision, for the API process. */
@Module({ imports: [SupervisionModule], controllers: [SupervisionController] })
export class SupervisionHttpModule {}
