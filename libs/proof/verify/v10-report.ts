import { OID } from '../asn1/oids';
import { children, context, expectTag, oidOf, readDer, sequenceOf, setOf, smallInteger, TAG } from '../asn1/read';
import { integer, sequence } from '../asn1/write';
import { latin1 } from '../archive/warc-record';
import { concat, equalBytes, fromBase64, fromHex, Malformed } from '../bytes';
import { digest } from '../digests';
import { type Lasting, readUpdate, type SignedPart } from '../paper/report-update';
import { inflate } from '../primitives';
import { JSON_LIMIT } from '../strict-json';
import { type Certificate, isIssuedBy, parseCertificate, verifyWith } from '../tsp/certificate';
import { parseSigner } from '../tsp/token';
import { essDigestOf, TokenFault, verifyToken } from '../tsp/verify-token';
import type { Context } from './context';
import { materialOf } from './v4-stamps';

const PATH = 'report/report.pdf';
const REPORT_LIMIT = 64 * 1024 * 1024;
const ATTACHMENTS_LIMIT = 64;
const DATA = '1.2.840.113549.1.7.1';

/**
 * The printed form carries this manifest, and its signature covers every byte of it, but for an update that makes it last. Never more
 * than the seal says about the same file.
 */
export async function verifyReport(ctx: Context): Promise<void> {
  const pdf = await ctx.readOrNull(PATH, REPORT_LIMIT);
  const manifest = await ctx.readOrNull('MANIFEST.json', JSON_LIMIT);
  if (!pdf || !manifest) return;
  ctx.done.add('V10');
  const text = latin1(pdf);
  if (!(await holdsOnly(manifest, pdf, text))) ctx.say('V10', 'REPORT_MANIFEST', PATH);
  await verifyPdfSignature(ctx, pdf, text);
}

async function verifyPdfSignature(ctx: Context, pdf: Uint8Array, text: string): Promise<void> {
  const ranges = [...text.matchAll(/\/ByteRange \[0 (\d{1,10}) (\d{1,10}) (\d{1,10})\]/g)];
  if (ranges.length === 0) return ctx.say('V10', 'REPORT_SIGNATURE', PATH, 'not signed', 'indeterminate');
  const [, from = 0, to = 0, length = 0] = ranges[0]!.map(Number);
  const part = { from, to, end: to + length };
  const gap = text.slice(from, to);
  const isWhole = ranges.length === 1 ? part.end === pdf.length : ranges.length === 2 && part.end < pdf.length;
  if (!isWhole || from >= to || !/^<(?:[0-9a-f]{2})+>$/.test(gap)) return ctx.say('V10', 'REPORT_RANGE', PATH);
  const lasting = ranges.length === 2 ? updateIn(ctx, pdf, part) : null;
  try {
    const signed = concat(pdf.subarray(0, from), pdf.subarray(to, part.end));
    const root = verifyDetached(ctx, fromHex(gap.slice(1, -1)), signed);
    if (!root) ctx.say('V10', 'REPORT_SIGNATURE', PATH, 'the root of its certificate is not in the bundle', 'indeterminate');
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    ctx.say('V10', 'REPORT_SIGNATURE', PATH, error.message);
  }
  if (lasting) await verifyDocumentStamp(ctx, lasting);
}

/** What follows the signed part may be one thing only: revocation data and a document time stamp, byte for byte as we write them. */
function updateIn(ctx: Context, pdf: Uint8Array, part: SignedPart): Lasting | null {
  try {
    return readUpdate(pdf, part);
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    ctx.say('V10', 'REPORT_RANGE', PATH, error.message);
    return null;
  }
}

/** The time stamp over the report with its revocation data, by the profile of all tokens. */
async function verifyDocumentStamp(ctx: Context, { material, stamped, room }: Lasting): Promise<void> {
  const length = derLength(room);
  if (room.subarray(length).some((byte) => byte !== 0))
    return ctx.say('V10', 'REPORT_SIGNATURE', PATH, 'bytes after the document time stamp');
  ctx.material ??= await materialOf(ctx);
  const held = [...ctx.material, ...material.certificates, ...material.lists, ...material.answers];
  // A document carries the token without the status that came with it.
  const response = sequence(sequence(integer(0)), room.subarray(0, length));
  try {
    verifyToken(response, { stamped, tsa: ctx.bundle.tsa, material: held, chains: ctx.chains });
  } catch (error) {
    const isUnknown = error instanceof TokenFault && error.code === 'TST_UNTRUSTED';
    const detail = `document time stamp: ${(error as Error).message}`;
    ctx.say('V10', 'REPORT_SIGNATURE', PATH, detail, isUnknown ? 'indeterminate' : 'failed');
  }
}

/** CAdES detached, then zeros to the end of the place that was kept for it. Answers whether a known root stands behind it. */
function verifyDetached(ctx: Context, room: Uint8Array, signed: Uint8Array): boolean {
  const length = derLength(room);
  if (room.subarray(length).some((byte) => byte !== 0)) throw new Malformed('bytes after the signature');
  const [type, wrapped] = sequenceOf(readDer(room.subarray(0, length)));
  if (oidOf(type) !== OID.signedData) throw new Malformed('not SignedData');
  const [version, , content, ...rest] = sequenceOf(children(expectTag(wrapped, context(0)))[0]);
  const inside = sequenceOf(content);
  if (smallInteger(version) !== 1 || oidOf(inside[0]) !== DATA || inside.length !== 1)
    throw new Malformed('content is not detached');
  const certificates = rest.filter((part) => part.tag === context(0)).flatMap((part) => children(part).map((item) => item.whole));
  const signers = setOf(rest.at(-1));
  if (signers.length !== 1) throw new Malformed('exactly one signer is allowed');
  const signer = parseSigner(signers[0]!);
  const named = essDigestOf(signer.attributes.get(OID.signingCertificateV2));
  const own = certificates.find((item) => equalBytes(digest(named.hash, item), named.digest));
  const stated = signer.attributes.get(OID.messageDigest)?.[0];
  if (!own || signer.digest === null || !stated) throw new Malformed('signer');
  const certificate = parseCertificate(own);
  if (stated.tag !== TAG.octets || !equalBytes(stated.value, digest(signer.digest, signed)))
    throw new Malformed('digest of the report');
  if (!verifyWith(certificate.key, signer.algorithm, signer.signed, signer.signature))
    throw new Malformed('signature of the report');
  if (!wasValid(ctx, certificate)) throw new Malformed('certificate of the report was not valid when the export was sealed');
  return isKnown(ctx, certificate, certificates.map(parseCertificate));
}

/** The report is signed while its export is made, so its certificate has to be valid at the time in SEAL. */
function wasValid(ctx: Context, { notBefore, notAfter }: Certificate): boolean {
  const at = ctx.seal?.at;
  return at === undefined || (notBefore <= at && at <= notAfter);
}

/** A root of the bundle stands behind it. Each certificate is looked at once: a few that vouch for each other have too many ways up. */
function isKnown(ctx: Context, signer: Certificate, others: readonly Certificate[]): boolean {
  const roots = ctx.bundle.x509Roots.map((root) => parseCertificate(fromBase64(root)));
  const waiting = new Set([...roots, ...others].filter((certificate) => wasValid(ctx, certificate)));
  for (let layer = wasValid(ctx, signer) ? [signer] : []; layer.length > 0;) {
    if (layer.some((certificate) => roots.some((root) => equalBytes(root.der, certificate.der)))) return true;
    const above = [...waiting].filter((issuer) =>
      layer.some((certificate) => !equalBytes(issuer.der, certificate.der) && isIssuedBy(certificate, issuer)),
    );
    for (const issuer of above) waiting.delete(issuer);
    layer = above;
  }
  return false;
}

/** At least one file is inside of the PDF, and each one is the manifest; nothing larger is unpacked, and none is kept. */
async function holdsOnly(manifest: Uint8Array, pdf: Uint8Array, text: string): Promise<boolean> {
  const places = [...text.matchAll(/\/Type \/EmbeddedFile\b/g)].map(({ index }) => index);
  if (places.length === 0 || places.length > ATTACHMENTS_LIMIT) return false;
  for (const place of places) {
    const found = await attachedAt(place, pdf, text, manifest.length);
    if (!found || !equalBytes(found, manifest)) return false;
  }
  return true;
}

/** One embedded file, unpacked; null when it can not be, or is larger than `limit`. */
async function attachedAt(index: number, pdf: Uint8Array, text: string, limit: number): Promise<Uint8Array | null> {
  const from = text.indexOf('stream\n', index) + 'stream\n'.length;
  const head = text.slice(index, from);
  const length = Number(/\/Length (\d{1,10})\b/.exec(head)?.[1] ?? -1);
  const whole = from > index && length >= 0 && text.startsWith('\nendstream', from + length);
  if (!whole) return null;
  const bytes = pdf.subarray(from, from + length);
  return /\/Filter \/FlateDecode\b/.test(head) ? inflate(bytes, limit).catch(() => null) : bytes;
}

/** Length of the first DER value, tag and length included. */
function derLength(bytes: Uint8Array): number {
  const first = bytes[1] ?? 0;
  if (first < 0x80) return 2 + first;
  const width = first & 0x7f;
  let length = 0;
  for (let i = 0; i < width && i < 4; i++) length = length * 256 + (bytes[2 + i] ?? 0);
  return 2 + width + length;
}
