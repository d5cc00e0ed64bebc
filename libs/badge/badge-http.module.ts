import { Module } from '@nestjs/common';
import { BadgeModule } from './badge.module';
import { BadgeController } from './http/badge.controller';
import { ProofController } from './http/proof.controller';

@Module({ imports: [BadgeModule], controllers: [BadgeController, ProofController] })
export class BadgeHttpModule {}
