import { parseArgs } from 'node:util';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AuditModule } from '../../../libs/audit';
import { EvidenceModule } from '../../../libs/evidence';
import {
  EvidenceScrubWorkerModule,
  type OrphanBlob,
  OrphanBlobs,
  Scrub,
  type ScrubReport,
} from '../../../libs/evidence/evidence-scrub-worker.module';
import { OfficersModule } from '../../../libs/officers';
import { PlatformModule, systemClaims, withClaims } from '../../../libs/platform';

@Module({
  imports: [PlatformModule.forProcess('cli', 'http'), OfficersModule, AuditModule, EvidenceModule, EvidenceScrubWorkerModule],
})
class ScrubModule {}

const HELP = `nms scrub [--all] [--orphans] [--release <证据编号 package id> --reason <理由 reason>] [--json]
  重新计算到期文件(90 天)和当日 1% 抽查文件的校验值;--all 全部,恢复备份后必须运行。文件受损的证据即被冻结。
  --orphans 列出超过 24 小时且无记录引用的文件(从不删除);--release 处置完毕后重新校验并解除冻结。
  退出码 0 全部相符,1 有受损或无主文件。
  Re-hashes files that are due (90 days) and today's draw of 1 %; --all everything, a must after a restore. Evidence with a damaged
  file is frozen. --orphans lists files older than 24 hours that no record names (never removes them); --release re-checks a package
  that was put right and lifts the freeze. Exit 0 all well, 1 something damaged or without owner.`;

/** Overwrites and removes nothing. */
export async function scrubCommand(argv: readonly string[]): Promise<number> {
  const { help, all, orphans, release, reason, json = false } = parseArgs({ args: [...argv], options: OPTIONS }).values;
  if (help) {
    console.log(HELP);
    return 0;
  }
  if ((release === undefined) !== (reason === undefined) || release === '' || reason === '') {
    console.error(HELP);
    return 3;
  }
  const app = await NestFactory.createApplicationContext(ScrubModule, { logger: ['error'] });
  try {
    return await withClaims(systemClaims('scrub'), async () => {
      if (orphans) return tellOrphans(await app.get(OrphanBlobs).list(), json);
      const scrub = app.get(Scrub);
      const report = release ? await scrub.release(release, reason!) : await (all ? scrub.all() : scrub.run());
      return tell(report, json);
    });
  } finally {
    await app.close();
  }
}

const OPTIONS = {
  all: { type: 'boolean' },
  orphans: { type: 'boolean' },
  release: { type: 'string' },
  reason: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean' },
} as const;

function tell(report: ScrubReport, json: boolean): number {
  const ok = report.incidents.length === 0;
  if (json) console.log(JSON.stringify({ ok, ...report }));
  else {
    console.log(`packages ${report.packages}, blobs ${report.blobs}, bytes ${report.bytes}`);
    for (const { packageId, path, what, place, replica, replicaPlace } of report.incidents)
      console.log(`${what} ${packageId ?? '-'} ${path}\n  ${place}\n  replica: ${replicaPlace ?? replica}`);
    console.log(ok ? '全部一致。 Everything agrees.' : '已冻结,不覆盖任何文件。 Frozen; nothing was overwritten.');
  }
  return ok ? 0 : 1;
}

function tellOrphans(orphans: OrphanBlob[], json: boolean): number {
  if (json) console.log(JSON.stringify({ ok: orphans.length === 0, orphans }));
  else for (const { size, place } of orphans) console.log(`${size} ${place}`);
  return orphans.length ? 1 : 0;
}
