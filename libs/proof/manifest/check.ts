import { Malformed } from '../bytes';
import { isPackagePath } from '../container/paths';
import { isInstant } from '../instants';
import { misfit } from '../schema';
import { jsonBytes, parseCanonical } from '../strict-json';
import type { Manifest } from './manifest';
import { manifestSchema } from './manifest.schema';

/** JSON pointer of the first rule that the value breaks, or null when it is a manifest. */
export function checkManifest(value: unknown): string | null {
  return misfit(value, manifestSchema) ?? brokenRule(value as Manifest);
}

/** The bytes of MANIFEST.json. Throws on a manifest that a verifier would refuse. */
export function manifestBytes(manifest: Manifest): Uint8Array {
  const pointer = checkManifest(manifest);
  if (pointer !== null) throw new Malformed(`manifest: ${pointer || '/'}`);
  return jsonBytes(manifest);
}

export function parseManifest(bytes: Uint8Array): Manifest {
  const value = parseCanonical(bytes);
  const pointer = checkManifest(value);
  if (pointer !== null) throw new Malformed(`manifest: ${pointer || '/'}`);
  return value as Manifest;
}

/** Wall clock and monotonic clock may differ by this much before the clock counts as moved during the work. */
export const CLOCK_JUMP_MS = 500;

export function clockJumped({ time }: Manifest): boolean {
  return Math.abs(Date.parse(time.finishedAt) - Date.parse(time.startedAt) - time.monotonicMs) > CLOCK_JUMP_MS;
}

/** What the shape alone can not say: 程序规定 art. 22 and 26 ask for two officers; set, order and days have to make sense. */
function brokenRule(manifest: Manifest): string | null {
  if (manifest.case.ref === null && manifest.case.clue === null) return '/case';
  const officers = manifest.makers.filter((maker) => maker.role === 'officer');
  if (officers.length < 2 || new Set(manifest.makers.map((maker) => maker.account)).size < manifest.makers.length)
    return '/makers';
  return brokenTime(manifest) ?? brokenKind(manifest) ?? brokenFiles(manifest);
}

function brokenTime({ request, time, navigation }: Manifest): string | null {
  const instants: [string, string][] = [
    ['/request/requestedAt', request.requestedAt],
    ['/time/startedAt', time.startedAt],
    ['/time/finishedAt', time.finishedAt],
    ['/time/clock/checkedAt', time.clock.checkedAt],
    ['/navigation/tls/validFrom', navigation?.tls?.validFrom ?? time.startedAt],
    ['/navigation/tls/validTo', navigation?.tls?.validTo ?? time.startedAt],
  ];
  return instants.find(([, instant]) => !isInstant(instant))?.[0] ?? null;
}

/** A page that was captured has an environment and a browser; a received file has neither. */
function brokenKind({ kind, environment, tool }: Manifest): string | null {
  if (kind !== 'web_capture') return null;
  if (environment === null) return '/environment';
  return tool.browser === null ? '/tool/browser' : null;
}

function brokenFiles({ files, notBefore }: Manifest): string | null {
  for (const [i, file] of files.entries()) {
    if (!isPackagePath(file.path) || (i > 0 && files[i - 1]!.path >= file.path)) return `/files/${i}/path`;
  }
  const listed = new Set(files.map((file) => file.path));
  if (notBefore && !listed.has(notBefore.checkpoint)) return '/notBefore/checkpoint';
  return notBefore?.preToken && !listed.has(notBefore.preToken) ? '/notBefore/preToken' : null;
}
