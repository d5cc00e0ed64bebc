import { Module, type OnModuleInit } from '@nestjs/common';
import { Sweeps } from '../platform';
import { AuditSequencer } from './app/audit-sequencer';
import { AuditModule } from './audit.module';

/** The sequencer runs in the worker: the other processes only write events. */
@Module({ imports: [AuditModule] })
export class AuditWorkerModule implements OnModuleInit {
  constructor(
    private readonly sweeps: Sweeps,
    private readonly sequencer: AuditSequencer,
  ) {}

  onModuleInit(): void {
    this.sweeps.every('audit.link', 1_000, async () => void (await this.sequencer.linkWaiting()));
  }
}
