import { readFileSync, statSync } from 'node:fs';
import { parseArgs } from 'node:util';
import {
  canonicalJson,
  defaultLevel,
  fileSource,
  folderFiles,
  isInstant,
  type Language,
  type Level,
  type PackageSource,
  parseTrustBundle,
  reportText,
  type Verdict,
  verifyPackage,
  verifyWire,
} from '../../../libs/proof';

const EXIT: Record<Verdict, number> = { PASSED: 0, FAILED: 1, INDETERMINATE: 2 };
const UNUSABLE = 3;

export const VERIFY_USAGE = `verify-package <package.evp | folder> --trust <bundle.json> [--checkpoint <file>]... [--level L0..L5] [--at <time>] [--lang zh|en] [--json] [--wire]

  --trust       what you believe: keys, logs, time stamp authorities (get it from the agency, not from the package)
  --checkpoint  a ledger checkpoint that you hold from elsewhere, e.g. typed from a printed slip; may be given more than once
  --level       level that you ask for; default L4, or L2 when the bundle names no outside time stamp authority: L1 whole, L2 signed, L3 stamped, L4 logged, L5 anchored
  --at          moment for which you ask, e.g. 2026-11-22T00:00:00.000Z; default now
  --wire        also open the raw bytes in wire/ with the recorded secrets and hold every exchange against them (step V11)
Exit code: 0 PASSED, 1 FAILED, 2 INDETERMINATE, 3 unreadable input or wrong usage.
`;

/** What a court's expert runs. Reads files, asks nothing of any network, writes a report to standard output. */
export async function verifyPackageCommand(
  argv: readonly string[],
  out: Pick<NodeJS.WriteStream, 'write'> = process.stdout,
  err: Pick<NodeJS.WriteStream, 'write'> = process.stderr,
): Promise<number> {
  if (argv.includes('--help')) {
    out.write(VERIFY_USAGE);
    return 0;
  }
  try {
    const { path, trust, asked, at, checkpoints, json, language, wire } = readArguments(argv);
    const bundle = parseTrustBundle(read(trust));
    const report = await verifyPackage(await openPackage(path), bundle, {
      at,
      checkpoints,
      level: asked ?? defaultLevel(bundle),
      ...(wire && { wire: verifyWire }),
    });
    out.write(json ? `${canonicalJson(report)}\n` : reportText(report, language));
    return EXIT[report.verdict];
  } catch (error) {
    err.write(`${(error as Error).message}\n`);
    return UNUSABLE;
  }
}

function readArguments(argv: readonly string[]) {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      trust: { type: 'string' },
      checkpoint: { type: 'string', multiple: true, default: [] },
      level: { type: 'string' },
      at: { type: 'string', default: new Date().toISOString() },
      lang: { type: 'string', default: 'zh' },
      json: { type: 'boolean', default: false },
      wire: { type: 'boolean', default: false },
    },
  });
  const { trust, checkpoint, level, at, lang, json, wire } = values;
  const [path] = positionals;
  const usable =
    positionals.length === 1 &&
    trust !== undefined &&
    (level === undefined || /^L[0-5]$/.test(level)) &&
    isInstant(at) &&
    (lang === 'zh' || lang === 'en');
  if (!usable) throw new Error(VERIFY_USAGE);
  const asked = level === undefined ? null : (Number(level[1]) as Level);
  return {
    path: path!,
    trust,
    asked,
    at: new Date(at),
    checkpoints: checkpoint.map(read),
    json,
    language: lang as Language,
    wire,
  };
}

async function openPackage(path: string): Promise<PackageSource> {
  if (statSync(path).isDirectory()) return { form: 'folder', ...(await folderFiles(path)) };
  return { form: 'file', source: fileSource(path) };
}

function read(path: string): Uint8Array {
  return new Uint8Array(readFileSync(path));
}
