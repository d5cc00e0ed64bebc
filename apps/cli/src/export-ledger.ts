import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { clockFor } from '../../../libs/platform';
import { cliConfig } from './cli.config';
import { withEvidence } from './with-evidence';

const CHECKPOINT_HELP = `nms export-checkpoint --out <file> [--old <size>] [--origin <log>]
  最新检查点及自 --old 起的一致性证明,供上级机关、法院、公证处线下见证;可直接用于 verify-package --checkpoint。
  The newest checkpoint with the proof that it grew out of the one of --old entries (default 0), for a witness without a line;
  verify-package --checkpoint reads it. Exit 2 when nothing is newer.
`;
const TILES_HELP = `nms export-tiles --out <dir> [--origin <log>]
  账本的公开形式(C2SP tlog-tiles):只有摘要,不含网址、姓名、案号。
  The log in its public form: digests only, no address, name or number of a case.
`;

const OPTIONS = {
  out: { type: 'string' },
  old: { type: 'string', default: '0' },
  origin: { type: 'string' },
  help: { type: 'boolean' },
} as const;

export async function exportCheckpointCommand(argv: string[]): Promise<number> {
  const { out, old, origin, help } = parseArgs({ args: argv, options: OPTIONS }).values;
  if (help || !out || !/^\d{1,15}$/.test(old)) {
    process.stdout.write(CHECKPOINT_HELP);
    return help ? 0 : 3;
  }
  const now = clockFor(cliConfig.read().clockFile).now();
  const bytes = await withEvidence(({ publication, evidence }) =>
    publication.checkpoint(origin ?? evidence.logOrigin(now), Number(old)),
  );
  if (!bytes) return 2;
  writeFileSync(out, bytes);
  return 0;
}

export async function exportTilesCommand(argv: string[]): Promise<number> {
  const { out, origin, help } = parseArgs({ args: argv, options: OPTIONS }).values;
  if (help || !out) {
    process.stdout.write(TILES_HELP);
    return help ? 0 : 3;
  }
  const now = clockFor(cliConfig.read().clockFile).now();
  const {
    size,
    files,
    origin: written,
  } = await withEvidence(({ publication, evidence }) => publication.tiles(origin ?? evidence.logOrigin(now), out));
  console.log(`${written}: ${size} entries, ${files} files`);
  return 0;
}
