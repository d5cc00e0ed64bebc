import { Module } from '@nestjs/common';
import { PublicNotes } from './app/public-notes';
import { VerificationService } from './app/verification.service';
import { badgeConfig } from './badge.config';
import { PublicRegister } from './store/public-register';

/** What the portal needs: public views and notes. No table, no key, no officer. */
@Module({
  providers: [badgeConfig, PublicRegister, VerificationService, PublicNotes],
  exports: [badgeConfig.provide, PublicRegister, VerificationService, PublicNotes],
})
export class BadgePublicModule {}
