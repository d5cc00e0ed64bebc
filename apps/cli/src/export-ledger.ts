import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
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
  origin: { type: 'string' },
  help: { type: 'boolean' },
} as const;

export async function exportCheckpointCommand(argv: string[]): Promise<number> {
  const { out, old, help, ...asked } = parseArgs({
    args: argv,
    options: { ...OPTIONS, old: { type: 'string', default: '0' } },
  }).values;
  if (help || !out || !/^\d{1,15}$/.test(old)) return usage(CHECKPOINT_HELP, help);
  const { origin, bytes } = await withEvidence(async ({ publication, evidence }) => {
    const origin = asked.origin ?? evidence.currentLog();
    return { origin, bytes: await publication.checkpoint(origin, Number(old)) };
  });
  if (!bytes) {
    console.error(`${origin}: 没有更新的检查点。 Nothing is newer than ${old} entries.`);
    return 2;
  }
  writeFileSync(out, bytes);
  console.log(`${origin}: ${out}`);
  return 0;
}

export async function exportTilesCommand(argv: string[]): Promise<number> {
  const { out, help, ...asked } = parseArgs({ args: argv, options: OPTIONS }).values;
  if (help || !out) return usage(TILES_HELP, help);
  const { size, files, origin } = await withEvidence(({ publication, evidence }) =>
    publication.tiles(asked.origin ?? evidence.currentLog(), out),
  );
  console.log(`${origin}: ${size} entries, ${files} files`);
  return 0;
}

/** Asked for, it is the answer; else it says what was wrong. */
function usage(text: string, isAsked = false): number {
  (isAsked ? process.stdout : process.stderr).write(text);
  return isAsked ? 0 : 3;
}
