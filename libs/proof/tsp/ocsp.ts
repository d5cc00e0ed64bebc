import {
  bitsOf,
  children,
  context,
  type Der,
  expectTag,
  explicit,
  integerHex,
  oidOf,
  readDer,
  sequenceOf,
  smallInteger,
  TAG,
  timeOf,
} from '../asn1/read';
import { digestOfOid, OID } from '../asn1/oids';
import { der, integer, nothing, octets, oid, sequence } from '../asn1/write';
import { equalBytes, fromHex, Malformed, toHex } from '../bytes';
import { digest } from '../digests';
import { sha1 } from '../primitives';
import { type Certificate, isIssuedBy, parseCertificate, verifyWith } from './certificate';

/** An OCSP answer (RFC 6960) taken apart; whose it is and whether it is true are other questions. */
export interface OcspAnswer {
  /** Name as DER, or the SHA-1 of a public key. */
  responder: Der;
  producedAt: string;
  lines: OcspLine[];
  /** What stands in the nonce extension, as hex; null without one. */
  nonce: string | null;
  certificates: Uint8Array[];
  signed: Uint8Array;
  algorithm: string;
  signature: Uint8Array;
}

/** What an answer says of one certificate. */
export interface OcspLine {
  id: CertificateId;
  status: 'good' | 'revoked' | 'unknown';
  /** From when on it counts no longer; null unless revoked. */
  revokedAt: string | null;
  /** CRLReason of RFC 5280, 5.3.1; null when none is told. Every reason counts, a hold too. */
  reason: number | null;
  thisUpdate: string;
  nextUpdate: string | null;
}

interface CertificateId {
  /** Object identifier of the digest of name and key. */
  algorithm: string;
  nameHash: Uint8Array;
  keyHash: Uint8Array;
  serial: string;
}

/** The responder gave no answer: status 1 to 6 of RFC 6960, 4.2.1. */
export class NotAnswered extends Malformed {}

const STATUS = ['successful', 'malformedRequest', 'internalError', 'tryLater', '', 'sigRequired', 'unauthorized'];
/** A responder shows its own certificate; what shows a crowd is not read. */
const CERTIFICATES_LIMIT = 8;
const [GOOD, REVOKED, UNKNOWN] = [0x80, context(1), 0x82];

/** A question about one certificate, with SHA-1 in its identifier, as every responder knows it: it names and protects nothing. */
export function ocspRequest(certificate: Certificate, issuer: Certificate, nonce: Uint8Array): Uint8Array {
  const id = sequence(
    sequence(oid(OID.sha1), nothing()),
    octets(sha1(issuer.subject)),
    octets(sha1(issuer.key.point)),
    integer(fromHex(certificate.serial)),
  );
  const extension = sequence(oid(OID.ocspNonce), octets(octets(nonce)));
  return sequence(sequence(sequence(sequence(id)), der(context(2), sequence(extension))));
}

/** Strict: DER, a basic answer, and no critical extension but the nonce. */
export function parseOcspAnswer(bytes: Uint8Array): OcspAnswer {
  const [status, wrapped, ...more] = sequenceOf(readDer(bytes));
  const code = enumerated(status);
  if (code !== 0) throw new NotAnswered(`the responder gave no answer: ${STATUS[code] || code}`);
  if (!wrapped || more.length > 0) throw new Malformed('OCSP answer');
  const [type, inner] = sequenceOf(explicit(wrapped, context(0)));
  if (oidOf(type) !== OID.ocspBasic) throw new Malformed('no basic OCSP answer');
  const [data, algorithm, signature, shown, ...rest] = sequenceOf(readDer(expectTag(inner, TAG.octets).value));
  if (!data || rest.length > 0) throw new Malformed('basic OCSP answer');
  const certificates = shown ? sequenceOf(explicit(shown, context(0))).map(({ whole }) => whole) : [];
  if (certificates.length > CERTIFICATES_LIMIT) throw new Malformed(`more than ${CERTIFICATES_LIMIT} certificates`);
  return {
    ...parseData(data),
    certificates,
    signed: data.whole,
    algorithm: oidOf(sequenceOf(algorithm)[0]),
    signature: bitsOf(signature),
  };
}

function parseData(data: Der): Pick<OcspAnswer, 'responder' | 'producedAt' | 'lines' | 'nonce'> {
  const fields = sequenceOf(data);
  if (fields[0]?.tag === context(0) && smallInteger(explicit(fields.shift()!, context(0))) !== 0)
    throw new Malformed('version of the OCSP answer');
  const [named, producedAt, lines, extensions, ...rest] = fields;
  if (named?.tag !== context(1) && named?.tag !== context(2)) throw new Malformed('responder');
  if (rest.length > 0) throw new Malformed('fields of the OCSP answer');
  return {
    responder: explicit(named, named.tag),
    producedAt: timeOf(expectTag(producedAt, TAG.time)),
    lines: sequenceOf(lines).map(parseLine),
    nonce: nonceOf(extensions),
  };
}

function parseLine(line: Der): OcspLine {
  const [id, status, thisUpdate, ...rest] = sequenceOf(line);
  const next = rest[0]?.tag === context(0) ? explicit(rest.shift()!, context(0)) : null;
  if (rest.length > 0) refuseCritical(rest.shift()!);
  if (rest.length > 0) throw new Malformed('line of an OCSP answer');
  return {
    id: parseId(id),
    ...parseStatus(status),
    thisUpdate: timeOf(expectTag(thisUpdate, TAG.time)),
    nextUpdate: next ? timeOf(expectTag(next, TAG.time)) : null,
  };
}

function parseId(id: Der | undefined): CertificateId {
  const [algorithm, name, key, serial, ...more] = sequenceOf(id);
  if (more.length > 0) throw new Malformed('certificate of an OCSP answer');
  return {
    algorithm: oidOf(sequenceOf(algorithm)[0]),
    nameHash: expectTag(name, TAG.octets).value,
    keyHash: expectTag(key, TAG.octets).value,
    serial: integerHex(serial),
  };
}

function parseStatus(status: Der | undefined): Pick<OcspLine, 'status' | 'revokedAt' | 'reason'> {
  if (status?.tag === REVOKED) {
    const [at, reason, ...more] = children(status);
    if (more.length > 0) throw new Malformed('revocation of an OCSP answer');
    const told = reason ? enumerated(explicit(reason, context(0))) : null;
    return { status: 'revoked', revokedAt: timeOf(expectTag(at, TAG.time)), reason: told };
  }
  if ((status?.tag !== GOOD && status?.tag !== UNKNOWN) || status.value.length > 0)
    throw new Malformed('status of an OCSP answer');
  return { status: status.tag === GOOD ? 'good' : 'unknown', revokedAt: null, reason: null };
}

function nonceOf(extensions: Der | undefined): string | null {
  return extensions ? (refuseCritical(extensions).get(OID.ocspNonce) ?? null) : null;
}

/** Extensions by name, as hex; a critical one that we do not know refuses the answer. */
function refuseCritical(field: Der): Map<string, string> {
  const found = new Map<string, string>();
  for (const extension of sequenceOf(explicit(field, context(1)))) {
    const parts = sequenceOf(extension);
    const id = oidOf(parts[0]);
    const critical = parts.length === 3 && toHex(expectTag(parts[1], TAG.boolean).value) === 'ff';
    if (found.has(id) || (critical && id !== OID.ocspNonce)) throw new Malformed(`extension ${id}`);
    found.set(id, toHex(expectTag(parts.at(-1), TAG.octets).value));
  }
  return found;
}

function enumerated(field: Der | undefined): number {
  const { value } = expectTag(field, TAG.enumerated);
  if (value.length !== 1) throw new Malformed('enumerated');
  return value[0]!;
}

/** Lines about this certificate of this issuer: the identifier is computed anew, by SHA-1, SHA-2 or SM3. */
export function linesAbout({ lines }: OcspAnswer, certificate: Certificate, issuer: Certificate): OcspLine[] {
  return lines.filter(({ id }) => {
    const hash = digestOfOid(id.algorithm);
    if (id.serial !== certificate.serial || (hash === null && id.algorithm !== OID.sha1)) return false;
    const of = (bytes: Uint8Array): Uint8Array => (hash === null ? sha1(bytes) : digest(hash, bytes));
    return equalBytes(id.nameHash, of(issuer.subject)) && equalBytes(id.keyHash, of(issuer.key.point));
  });
}

/**
 * Signed by the issuer itself, or by a responder with a certificate for OCSP signing that this very issuer gave out and that was valid
 * when the answer was made (RFC 6960, 4.2.2.2). `isGone`: whether a list of the issuer takes the responder's certificate back.
 */
export function isAnswerOf(answer: OcspAnswer, issuer: Certificate, isGone: (responder: Certificate) => boolean): boolean {
  const signedBy = ({ key }: Certificate): boolean => verifyWith(key, answer.algorithm, answer.signed, answer.signature);
  if (isNamed(answer, issuer) && signedBy(issuer)) return true;
  const { producedAt } = answer;
  return answer.certificates.some((shown) => {
    const responder = tryCertificate(shown);
    return (
      responder !== null &&
      isNamed(answer, responder) &&
      responder.extendedKeyUsage?.purposes.includes(OID.ocspSigning) === true &&
      responder.notBefore <= producedAt &&
      producedAt <= responder.notAfter &&
      signedBy(responder) &&
      isIssuedBy(responder, issuer) &&
      !isGone(responder)
    );
  });
}

function isNamed({ responder }: OcspAnswer, { subject, key }: Certificate): boolean {
  if (responder.tag === TAG.octets) return equalBytes(responder.value, sha1(key.point));
  return equalBytes(responder.whole, subject);
}

function tryCertificate(bytes: Uint8Array): Certificate | null {
  try {
    return parseCertificate(bytes);
  } catch {
    return null;
  }
}

/**
 * What a line says of `instant`. One that says "good" says it of the time up to `nextUpdate` (`thisUpdate`, where there is none), and
 * nothing once the certificate had ended, for then a responder may have forgotten it. "unknown" says nothing.
 */
export function lineAt(line: OcspLine, { producedAt }: OcspAnswer, { notAfter }: Certificate, instant: string): Standing {
  if (line.revokedAt !== null) return line.revokedAt <= instant ? 'revoked' : 'good';
  if (line.status === 'unknown' || line.thisUpdate > producedAt || line.thisUpdate > notAfter) return 'unknown';
  return (line.nextUpdate ?? line.thisUpdate) >= instant ? 'good' : 'unknown';
}

/** `revoked`: at or before the asked moment. `good`: somebody who may say so says that it was not. `unknown`: nobody says anything. */
export type Standing = 'revoked' | 'good' | 'unknown';
