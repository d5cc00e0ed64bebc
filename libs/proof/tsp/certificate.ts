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
import { OID, SIGNATURE_OIDS } from '../asn1/oids';
import { equalBytes, Malformed, textOf, toHex } from '../bytes';
import { verifySpki } from '../primitives';
import { verifySm2 } from '../sm2';

export interface PublicKey {
  kind: 'rsa' | 'ec' | 'sm2';
  /** Length of an RSA modulus; of an elliptic curve 256 or 384. */
  bits: number;
  spki: Uint8Array;
  /** Uncompressed point of an SM2 key. */
  point: Uint8Array;
}

/** What the time-stamp profile has to know of a certificate. */
export interface Certificate {
  der: Uint8Array;
  serial: string;
  /** Names as DER: compared as bytes. */
  issuer: Uint8Array;
  subject: Uint8Array;
  notBefore: string;
  notAfter: string;
  key: PublicKey;
  isCa: boolean;
  /** How many certificates of authorities may stand between it and an end; null when it does not say. */
  pathLength: number | null;
  mayKeyCertSign: boolean;
  maySignLists: boolean;
  /** Where the issuer says that its revocation lists are: http and https addresses, in their order. */
  listUrls: string[];
  /** Where OCSP responders of the issuer are asked: http and https addresses, in their order. */
  responderUrls: string[];
  extendedKeyUsage: { critical: boolean; purposes: string[] } | null;
  signed: Uint8Array;
  algorithm: string;
  signature: Uint8Array;
}

/** Tag of `uniformResourceIdentifier` in a GeneralName. */
const URI = 0x86;

const KNOWN_CRITICAL: string[] = [OID.keyUsage, OID.basicConstraints, OID.extendedKeyUsage, OID.certificatePolicies];

/** Strict X.509 v3; a critical extension that we do not understand is refused, as RFC 5280 asks. */
export function parseCertificate(bytes: Uint8Array): Certificate {
  const [tbs, algorithm, signature] = sequenceOf(readDer(bytes));
  const fields = sequenceOf(tbs);
  const version = fields[0]?.tag === context(0) ? smallInteger(explicit(fields.shift()!, context(0))) : 0;
  const [serial, inner, issuer, validity, subject, spki, ...rest] = fields;
  const [notBefore, notAfter] = sequenceOf(validity);
  if (!tbs || !algorithm || !inner || !equalBytes(inner.whole, algorithm.whole))
    throw new Malformed('algorithms of the certificate');
  const extensions = readExtensions(version === 2 ? rest.find((field) => field.tag === context(3)) : undefined);
  return {
    der: bytes,
    serial: integerHex(serial),
    issuer: expectTag(issuer, TAG.sequence).whole,
    subject: expectTag(subject, TAG.sequence).whole,
    notBefore: timeOf(notBefore),
    notAfter: timeOf(notAfter),
    key: parsePublicKey(expectTag(spki, TAG.sequence)),
    ...extensions,
    signed: tbs.whole,
    algorithm: oidOf(sequenceOf(algorithm)[0]),
    signature: bitsOf(signature),
  };
}

/** Issuer of a chain: its name, its right to sign certificates, its signature. */
export function isIssuedBy(certificate: Certificate, issuer: Certificate): boolean {
  if (!equalBytes(certificate.issuer, issuer.subject) || !issuer.isCa || !issuer.mayKeyCertSign) return false;
  return verifyWith(issuer.key, certificate.algorithm, certificate.signed, certificate.signature);
}

/** By the algorithm of a certificate, a revocation list or a signer. */
export function verifyWith(key: PublicKey, algorithm: string, signed: Uint8Array, signature: Uint8Array): boolean {
  const scheme = SIGNATURE_OIDS[algorithm];
  if (!scheme || scheme.key !== key.kind) return false;
  if (scheme.hash === 'sm3') return verifySm2(key.point, signed, signature);
  return verifySpki(key.spki, scheme.hash, signed, signature);
}

function parsePublicKey(spki: Der): PublicKey {
  const [algorithm, key] = sequenceOf(spki);
  const [kind, curve] = sequenceOf(algorithm);
  const point = bitsOf(key);
  const common = { spki: spki.whole, point };
  switch (oidOf(kind)) {
    case OID.rsaEncryption:
      return { kind: 'rsa', bits: bitLength(integerHex(sequenceOf(readDer(point))[0])), ...common };
    case OID.ecPublicKey:
      return { ...curveOf(oidOf(curve)), ...common };
    default:
      throw new Malformed('kind of key');
  }
}

function curveOf(oid: string): { kind: 'ec' | 'sm2'; bits: number } {
  if (oid === OID.p256) return { kind: 'ec', bits: 256 };
  if (oid === OID.p384) return { kind: 'ec', bits: 384 };
  if (oid === OID.sm2) return { kind: 'sm2', bits: 256 };
  throw new Malformed('curve of the key');
}

function bitLength(hex: string): number {
  const trimmed = hex.replace(/^0+/, '');
  return trimmed === '' ? 0 : (trimmed.length - 1) * 4 + parseInt(trimmed[0]!, 16).toString(2).length;
}

type Extensions = Pick<
  Certificate,
  'isCa' | 'pathLength' | 'mayKeyCertSign' | 'maySignLists' | 'listUrls' | 'responderUrls' | 'extendedKeyUsage'
>;

function readExtensions(field: Der | undefined): Extensions {
  const found: Extensions = {
    isCa: false,
    pathLength: null,
    mayKeyCertSign: true,
    maySignLists: true,
    listUrls: [],
    responderUrls: [],
    extendedKeyUsage: null,
  };
  const seen = new Set<string>();
  for (const extension of field ? sequenceOf(explicit(field, context(3))) : []) {
    const parts = sequenceOf(extension);
    const id = oidOf(parts[0]);
    const critical = parts.length === 3 && toHex(expectTag(parts[1], TAG.boolean).value) === 'ff';
    const value = readDer(expectTag(parts.at(-1), TAG.octets).value);
    if (seen.has(id) || (critical && !KNOWN_CRITICAL.includes(id))) throw new Malformed(`extension ${id}`);
    seen.add(id);
    if (id === OID.basicConstraints) {
      const [ca, depth] = sequenceOf(value);
      found.isCa = ca?.tag === TAG.boolean && toHex(ca.value) === 'ff';
      if (found.isCa && depth) found.pathLength = smallInteger(depth);
    }
    // Bits 5 (keyCertSign) and 6 (cRLSign) of the usage; unused bits at the end are allowed here.
    if (id === OID.keyUsage) {
      const usage = expectTag(value, TAG.bits).value[1] ?? 0;
      [found.mayKeyCertSign, found.maySignLists] = [(usage & 0x04) !== 0, (usage & 0x02) !== 0];
    }
    if (id === OID.crlDistributionPoints) found.listUrls = urlsOf(value);
    if (id === OID.authorityInformation) found.responderUrls = respondersOf(value);
    if (id === OID.extendedKeyUsage) found.extendedKeyUsage = { critical, purposes: sequenceOf(value).map(oidOf) };
  }
  return found;
}

/** Addresses of the distribution points (RFC 5280 section 4.2.1.13); what has another form names none. */
function urlsOf(points: Der): string[] {
  try {
    return sequenceOf(points).flatMap((point) => {
      const name = children(expectTag(point, TAG.sequence)).find((part) => part.tag === context(0));
      return name ? fullNameOf(explicit(name, context(0))) : [];
    });
  } catch {
    return [];
  }
}

/** The addresses of a `fullName` of a distribution point. */
export function fullNameOf(name: Der): string[] {
  return name.tag === context(0) ? children(name).flatMap(webAddress) : [];
}

/** Responders among the ways to the issuer (RFC 5280 section 4.2.2.1); what has another form names none. */
function respondersOf(ways: Der): string[] {
  try {
    return sequenceOf(ways).flatMap((way) => {
      const [method, place] = sequenceOf(way);
      return oidOf(method) === OID.ocsp && place ? webAddress(place) : [];
    });
  } catch {
    return [];
  }
}

function webAddress({ tag, value }: Der): string[] {
  return tag === URI && /^https?:/i.test(textOf(value)) ? [textOf(value)] : [];
}
