import { openStoredZip } from '../archive/stored-zip';
import { walkWarc, type WarcMember } from '../archive/walk';
import { Malformed, textOf, toHex } from '../bytes';
import { hexDigest } from '../digests';
import { hasher } from '../primitives';
import { type ByteSource, passingChunksOf, wholeOf } from '../source';
import { isObject, JSON_LIMIT, parseJsonLines } from '../strict-json';
import { type Context, isWithheld } from './context';
import { verifyCdxj, verifyExchanges, verifyScreens, verifyTargets, verifyTls } from './v9-cross';
import { ENVIRONMENT, verifyEnvironment } from './v9-environment';
import { verifyCertificateErrors, verifyRequest } from './v9-request';

const WACZ = 'content/capture.wacz';
const INDEX = 'record/warc-index.jsonl';
const DNS = 'record/dns.jsonl';
const LINES_LIMIT = 256 * 1024 * 1024;

/** What was captured agrees with itself: archive, index, exchanges, screens, certificates, environment. */
export async function verifyContent(ctx: Context): Promise<void> {
  if (!ctx.manifest) return;
  const isCapture = ctx.manifest.kind === 'web_capture';
  await verifyRequest(ctx);
  if (!isCapture && ![ENVIRONMENT, WACZ].some((path) => ctx.files.has(path))) return;
  if (ctx.files.has(WACZ)) ctx.done.add('V9');
  // What a copy for somebody else leaves out can not be looked at: then the step was not done, whatever else agrees.
  else ctx.note('NOT_DONE', WACZ, `V9: the archive is ${isWithheld(ctx, WACZ) ? 'withheld' : 'not in the package'}`);
  await verifyArchive(ctx);
  await verifyTls(ctx);
  await verifyEnvironment(ctx);
}

async function verifyArchive(ctx: Context): Promise<void> {
  const wacz = ctx.files.get(WACZ);
  if (!wacz) return;
  const files = await openArchive(ctx, wacz.source);
  const members = await openIndex(ctx);
  const warc = [...(files?.entries() ?? [])].filter(([path]) => /^archive\/[^/]+\.warc\.gz$/.test(path));
  if (!files || !members) return;
  if (warc.length !== 1) return ctx.say('V9', 'WARC_COUNT', WACZ, `${warc.length} WARC files`);
  const { records, faults } = await walkWarc(warc[0]![1], members);
  for (const { code, line, detail } of faults) ctx.say('V9', code, `${INDEX}#${line}`, detail);
  await verifyCdxj(ctx, files.get('indexes/index.cdxj'), records);
  if (faults.some((fault) => fault.code === 'WARC_TILING')) return;
  const exchanges = await linesOf(ctx, 'record/exchanges.jsonl');
  await verifyExchanges(ctx, exchanges, records);
  verifyTargets(ctx, exchanges, ctx.files.has(DNS) ? await linesOf(ctx, DNS) : null);
  await verifyCertificateErrors(ctx, exchanges);
  verifyScreens(ctx, records);
}

/** The WACZ holds what its own data package says, which viewers rely on. */
async function openArchive(ctx: Context, source: ByteSource): Promise<Map<string, ByteSource> | null> {
  try {
    const files = await openStoredZip(source);
    const datapackage = await jsonOf(files, 'datapackage.json');
    const listed = Array.isArray(datapackage.value.resources) ? datapackage.value.resources.filter(isObject) : [];
    for (const { path, hash, bytes } of listed) {
      const file = typeof path === 'string' ? files.get(path) : undefined;
      const found = file && `sha256:${await streamedDigest(file)}`;
      if (!file || found !== hash || file.size !== bytes)
        ctx.say('V9', 'CROSS_MISMATCH', WACZ, `datapackage.json: ${String(path)}`);
    }
    const { value } = await jsonOf(files, 'datapackage-digest.json');
    if (value.hash !== `sha256:${hexDigest('sha256', datapackage.bytes)}`)
      ctx.say('V9', 'CROSS_MISMATCH', WACZ, 'datapackage-digest.json');
    const known = new Set([...listed.map(({ path }) => path), 'datapackage.json', 'datapackage-digest.json']);
    for (const path of files.keys())
      if (!known.has(path)) ctx.say('V9', 'CROSS_MISMATCH', WACZ, `not in datapackage.json: ${path}`);
    return files;
  } catch {
    ctx.say('V9', 'CROSS_MISMATCH', WACZ, 'can not be opened');
    return null;
  }
}

/** The archive is the largest file of all, so it is read in pieces. */
async function streamedDigest(file: ByteSource): Promise<string> {
  const hash = hasher('sha256');
  for await (const chunk of passingChunksOf(file)) hash.update(chunk);
  return toHex(hash.digest());
}

async function jsonOf(
  files: Map<string, ByteSource>,
  path: string,
): Promise<{ bytes: Uint8Array; value: Record<string, unknown> }> {
  const file = files.get(path);
  const bytes = file ? await wholeOf(file, JSON_LIMIT) : new Uint8Array();
  const value: unknown = JSON.parse(textOf(bytes));
  if (!isObject(value)) throw new Malformed(path);
  return { bytes, value };
}

async function openIndex(ctx: Context): Promise<WarcMember[] | null> {
  const lines = await linesOf(ctx, INDEX);
  if (!lines) return null;
  const wrong = lines.findIndex((line) => ![line.offset, line.length].every(Number.isSafeInteger) || typeof line.id !== 'string');
  if (wrong >= 0) {
    ctx.say('V9', 'WARC_COUNT', `${INDEX}#${wrong + 1}`, 'line');
    return null;
  }
  return lines as unknown as WarcMember[];
}

async function linesOf(ctx: Context, path: string): Promise<Record<string, unknown>[] | null> {
  try {
    const bytes = await ctx.read(path, LINES_LIMIT);
    if (bytes) return parseJsonLines(bytes);
    if (isWithheld(ctx, path)) ctx.note('NOT_DONE', path, 'V9: withheld');
    else ctx.say('V9', 'CROSS_MISMATCH', path, 'missing');
  } catch (error) {
    ctx.say('V9', 'CROSS_MISMATCH', path, (error as Error).message);
  }
  return null;
}
