import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditModule } from '../audit';
import { OfficersModule } from '../officers';
import { RegistryModule } from '../registry';
import { BadgeHolds } from './app/badge-holds';
import { BadgeIssuing } from './app/badge-issuing';
import { BadgeRecorder } from './app/badge-recorder';
import { BadgeService } from './app/badge.service';
import { ProofService } from './app/proof.service';
import { badgeConfig } from './badge.config';
import { BadgeQueue } from './queue/badge.queue';
import { BadgeRepository } from './store/badge.repository';
import { BADGE_ROWS } from './store/rows';

@Module({
  imports: [TypeOrmModule.forFeature(BADGE_ROWS), AuditModule, OfficersModule, RegistryModule],
  providers: [badgeConfig, BadgeService, BadgeHolds, ProofService, BadgeIssuing, BadgeRecorder, BadgeRepository, BadgeQueue],
  exports: [BadgeService, BadgeHolds, ProofService, BadgeRecorder, BadgeRepository, BadgeQueue, badgeConfig.provide],
})
export class BadgeModule {}
