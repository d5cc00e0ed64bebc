import { Module } from '@nestjs/common';
import { BadgePublicModule } from '../../../libs/badge';
import { OrdersPortalModule } from '../../../libs/orders/orders-portal.module';
import { PlatformModule } from '../../../libs/platform';
import { Limits } from './limits';
import { PublicBadgeController } from './pages/badge.controller';
import { LookupController } from './pages/lookup.controller';
import { PlainController } from './pages/plain.controller';
import { ReportController } from './pages/report.controller';
import { portalConfig } from './portal.config';
import { FixationController } from './verify-package/fixation.controller';
import { Fixations } from './verify-package/fixations';
import { PublishedVerifier } from './verify-package/published';
import { VerifyPackageController } from './verify-package/verify-package.controller';

/** The public process: no session, no key, a database role that reads public views and calls a few functions. */
@Module({
  imports: [PlatformModule.forProcess('portal', 'http'), BadgePublicModule, OrdersPortalModule],
  controllers: [PublicBadgeController, LookupController, ReportController, VerifyPackageController, FixationController, PlainController],
  providers: [portalConfig, Limits, PublishedVerifier, Fixations],
})
export class PortalModule {}
