import { checkManifest, clockJumped } from '../manifest/check';
import type { Manifest, ManifestFile } from '../manifest/manifest';
import { JSON_LIMIT, parseCanonical } from '../strict-json';
import type { Context } from './context';

const COVERED = /^(content|record|wire)\//;

/** MANIFEST.json is well formed and covers exactly what lies under content/, record/ and wire/. */
export async function verifyManifest(ctx: Context): Promise<void> {
  if (ctx.nothingReadable) return;
  ctx.done.add('V2');
  const value = await openManifest(ctx);
  if (value === undefined) return;
  const pointer = checkManifest(value);
  if (pointer !== null) return ctx.say('V2', 'MANIFEST_SCHEMA', `MANIFEST.json#${pointer}`);
  const manifest = value as Manifest;
  ctx.manifest = manifest;
  if (ctx.seal && ctx.seal.id !== manifest.id) ctx.say('V2', 'MANIFEST_SET', 'MANIFEST.json#/id', `SEAL is of ${ctx.seal.id}`);
  compareSet(ctx, manifest);
  tellFindings(ctx, manifest);
}

async function openManifest(ctx: Context): Promise<unknown> {
  try {
    const bytes = await ctx.read('MANIFEST.json', JSON_LIMIT);
    if (bytes) return parseCanonical(bytes);
    ctx.say('V2', 'FILE_MISSING', 'MANIFEST.json');
  } catch (error) {
    ctx.say('V2', 'MANIFEST_NOT_CANONICAL', 'MANIFEST.json', (error as Error).message);
  }
  return undefined;
}

function compareSet(ctx: Context, manifest: Manifest): void {
  const withheld = new Map((ctx.seal?.withheld ?? []).map((file) => [file.path, file]));
  const listed = new Map(manifest.files.map((file) => [file.path, file]));
  for (const path of ctx.files.keys()) {
    if (COVERED.test(path) && !listed.has(path)) ctx.say('V2', 'MANIFEST_SET', path, 'not in the manifest');
  }
  for (const line of withheld.values()) {
    const file = listed.get(line.path);
    if (!file || !sameFile(file, line) || ctx.files.has(line.path)) ctx.say('V2', 'MANIFEST_SET', line.path, 'withheld line');
  }
  for (const file of manifest.files) {
    const found = ctx.files.get(file.path);
    if (!found && !withheld.has(file.path)) ctx.say('V2', 'MANIFEST_SET', file.path, 'not in the package');
    else if (found && !sameFile(file, found))
      ctx.say('V2', 'MANIFEST_SET', file.path, 'other size or digest than in the manifest');
  }
}

function sameFile(a: Pick<ManifestFile, 'size' | 'sha256' | 'sm3'>, b: Pick<ManifestFile, 'size' | 'sha256' | 'sm3'>): boolean {
  return a.size === b.size && a.sha256 === b.sha256 && a.sm3 === b.sm3;
}

function tellFindings(ctx: Context, manifest: Manifest): void {
  const { environment, navigation, outcome, comparison, time } = manifest;
  if (clockJumped(manifest)) ctx.note('CLOCK_JUMP', '/time');
  if (time.clock.status !== 'ok') ctx.note('CLOCK_UNVERIFIED', '/time/clock', time.clock.status);
  if (manifest.kind === 'web_capture' && !manifest.notBefore?.preToken) ctx.note('NO_PRE_TOKEN', '/notBefore');
  if (environment && environment.verdict !== 'clean')
    ctx.note('ENVIRONMENT', '/environment', [environment.verdict, ...environment.failed].join(' '));
  if (outcome.completeness === 'partial') ctx.note('PARTIAL_CAPTURE', '/outcome', outcome.limits.join(' '));
  for (const error of navigation?.tls?.errors ?? []) ctx.note('TLS_ERROR', '/navigation/tls', error);
  if (comparison && (comparison.text === 'different' || comparison.picture === 'different')) {
    ctx.note('VANTAGE_DIFFERENT', '/comparison', comparison.vantage);
  }
}
