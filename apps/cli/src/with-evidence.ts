import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AuditModule } from '../../../libs/audit';
import { AffectedPackages, EvidenceModule, EvidenceService, LedgerPublication } from '../../../libs/evidence';
import { OfficersModule } from '../../../libs/officers';
import { PlatformModule } from '../../../libs/platform';

@Module({ imports: [PlatformModule.forProcess('cli', 'http'), OfficersModule, AuditModule, EvidenceModule] })
class EvidenceCommandModule {}

/** The evidence room with its database, for one command. */
export async function withEvidence<T>(
  work: (room: { affected: AffectedPackages; publication: LedgerPublication; evidence: EvidenceService }) => Promise<T>,
): Promise<T> {
  const app = await NestFactory.createApplicationContext(EvidenceCommandModule, { logger: ['error'] });
  try {
    return await work({
      affected: app.get(AffectedPackages),
      publication: app.get(LedgerPublication),
      evidence: app.get(EvidenceService),
    });
  } finally {
    await app.close();
  }
}
