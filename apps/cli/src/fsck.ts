import { parseArgs } from 'node:util';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AuditModule, AuditSequencer } from '../../../libs/audit';
import { EvidenceFsck, EvidenceModule } from '../../../libs/evidence';
import { OfficersModule } from '../../../libs/officers';
import { PlatformModule } from '../../../libs/platform';

@Module({ imports: [PlatformModule.forProcess('cli', 'http'), OfficersModule, AuditModule, EvidenceModule] })
class FsckModule {}

const HELP = `nms fsck [--json]
  从存储的字节重新推导保管账、审计链、证据文件的全部校验值;退出码 0 一致,1 有不符。
  Re-derives custody ledger, audit chain and evidence files from stored bytes; exit 0 all agree, 1 something does not.`;

/** Reads everything and changes nothing. */
export async function fsckCommand(argv: readonly string[]): Promise<number> {
  const { help, json } = parseArgs({ args: [...argv], options: { help: { type: 'boolean' }, json: { type: 'boolean' } } }).values;
  if (help) {
    console.log(HELP);
    return 0;
  }
  const app = await NestFactory.createApplicationContext(FsckModule, { logger: ['error'] });
  try {
    const evidence = await app.get(EvidenceFsck).run();
    const audit = await app.get(AuditSequencer).verify();
    const faults = [...evidence.faults, ...(audit.broken === null ? [] : [`AUDIT_CHAIN ${audit.broken}`])];
    const report = {
      ok: faults.length === 0,
      packages: evidence.packages,
      ledgerEntries: evidence.entries,
      files: evidence.files,
      auditLinks: audit.links,
      auditWaiting: audit.waiting,
      faults,
    };
    if (json) console.log(JSON.stringify(report));
    else {
      console.log(
        `packages ${report.packages}, ledger entries ${report.ledgerEntries}, files ${report.files}, audit links ${report.auditLinks} (${report.auditWaiting} waiting)`,
      );
      console.log(report.ok ? '全部一致。 Everything agrees.' : faults.join('\n'));
    }
    return report.ok ? 0 : 1;
  } finally {
    await app.close();
  }
}
