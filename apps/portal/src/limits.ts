import { Inject, Injectable } from '@nestjs/common';
import { PlatformProblem } from '../../../libs/platform';
import { portalConfig, type PortalConfig } from './portal.config';
import { RateLimit } from './rate-limit';

const MINUTE = 60_000;

/** What one address may do. Known codes have no limit: nobody is kept from verifying. */
@Injectable()
export class Limits {
  private readonly unknown: RateLimit;
  private readonly searches: RateLimit;
  private readonly reports: RateLimit;
  private readonly fixations: RateLimit;

  constructor(@Inject(portalConfig.provide) config: PortalConfig) {
    this.unknown = new RateLimit(config.unknownPerMinute, MINUTE);
    this.searches = new RateLimit(config.searchesPerMinute, MINUTE);
    this.fixations = new RateLimit(config.fixationsPerMinute, MINUTE);
    this.reports = new RateLimit(config.reportsPerHour, 60 * MINUTE);
  }

  unknownCode(address: string): void {
    refuse(this.unknown.take(address));
  }

  search(address: string): void {
    refuse(this.searches.take(address));
  }

  fixation(address: string): void {
    refuse(this.fixations.take(address));
  }

  report(address: string): void {
    refuse(this.reports.take(address));
  }
}

function refuse(retryAfterS: number): void {
  if (retryAfterS) throw PlatformProblem.tooMany({ retryAfterS });
}
