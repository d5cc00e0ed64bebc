import { createPublicKey, type KeyObject, sign } from 'node:crypto';
import { DIGEST_OIDS, digestOfOid, OID } from '../asn1/oids';
import { context, expectTag, oidOf, readDer, sequenceOf, smallInteger, TAG } from '../asn1/read';
import {
  bits,
  boolean,
  der,
  generalizedTime,
  integer,
  nothing,
  octets,
  oid,
  sequence,
  set,
  utf8String,
  validityTime,
} from '../asn1/write';
import { Malformed, utf8 } from '../bytes';
import { digest } from '../digests';

/**
 * A small time stamp authority: for development and for agencies without an outside link. Its tokens are real RFC 3161 tokens, but a
 * trust bundle has to call it `internal`, and then it lifts no package above level 2.
 */
export interface Authority {
  /** Root certificate: goes into the trust bundle. */
  root: Uint8Array;
  /** Signer certificate: comes with every token. */
  certificate: Uint8Array;
  /** Answers a request. `serial` has to be new for every token. */
  respond(request: Uint8Array, genTime: Date, serial: Uint8Array): Uint8Array;
}

/** A key that is not Node's: in a token, or one whose signatures are the same each time. Signs with SHA-256. */
export interface AuthorityKey {
  kind: 'rsa' | 'ec';
  spki: Uint8Array;
  sign(message: Uint8Array): Uint8Array;
}

export interface AuthorityParts {
  name: string;
  policy: string;
  from: Date;
  to: Date;
  /** Private keys, P-256 or RSA of 3072 bits and more; the root's may be thrown away afterwards. */
  rootKey: KeyObject | AuthorityKey;
  key: KeyObject | AuthorityKey;
  accuracyMs?: number;
  /** Where revocation lists of the root are to be had; stands in the signer's certificate. */
  listUrls?: readonly string[];
  /** Where OCSP responders of the root are asked; stands in the signer's certificate. */
  responderUrls?: readonly string[];
}

export function createAuthority(parts: AuthorityParts): Authority {
  const { name, from, to } = parts;
  const ca = { critical: true, id: OID.basicConstraints, value: sequence(boolean(true)) };
  const caUsage = { critical: true, id: OID.keyUsage, value: der(TAG.bits, Uint8Array.of(1, 0x06)) };
  const stamping = { critical: true, id: OID.extendedKeyUsage, value: sequence(oid(OID.timeStamping)) };
  const points = (parts.listUrls ?? []).map((url) => sequence(der(context(0), der(context(0), der(0x86, utf8(url))))));
  const lists = { critical: false, id: OID.crlDistributionPoints, value: sequence(...points) };
  const ways = (parts.responderUrls ?? []).map((url) => sequence(oid(OID.ocsp), der(0x86, utf8(url))));
  const responders = { critical: false, id: OID.authorityInformation, value: sequence(...ways) };
  const rootName = `${name} root`;
  const root = certify({
    serial: 1,
    subject: rootName,
    issuer: rootName,
    from,
    to,
    key: parts.rootKey,
    signer: parts.rootKey,
    extensions: [ca, caUsage],
  });
  const certificate = certify({
    serial: 2,
    subject: name,
    issuer: rootName,
    from,
    to,
    key: parts.key,
    signer: parts.rootKey,
    extensions: [stamping, ...(points.length > 0 ? [lists] : []), ...(ways.length > 0 ? [responders] : [])],
  });
  return { root, certificate, respond: (request, genTime, serial) => respond(parts, certificate, request, genTime, serial) };
}

interface Certified {
  serial: number;
  subject: string;
  issuer: string;
  from: Date;
  to: Date;
  key: KeyObject | AuthorityKey;
  signer: KeyObject | AuthorityKey;
  extensions: { critical: boolean; id: string; value: Uint8Array }[];
}

/** Exported for tests that need certificates with faults. */
export function certify({ serial, subject, issuer, from, to, key, signer, extensions }: Certified): Uint8Array {
  const listed = extensions.map(({ critical, id, value }) =>
    sequence(oid(id), ...(critical ? [boolean(true)] : []), octets(value)),
  );
  const validity = sequence(validityTime(from.toISOString()), validityTime(to.toISOString()));
  const algorithm = signatureAlgorithm(signer);
  const tbs = sequence(
    der(context(0), integer(2)),
    integer(serial),
    algorithm,
    nameOf(issuer),
    validity,
    nameOf(subject),
    keyOf(key).spki,
    der(context(3), sequence(...listed)),
  );
  return sequence(tbs, algorithm, bits(keyOf(signer).sign(tbs)));
}

export function respond(
  parts: AuthorityParts,
  certificate: Uint8Array,
  request: Uint8Array,
  genTime: Date,
  serial: Uint8Array,
): Uint8Array {
  const [version, imprint, ...options] = sequenceOf(readDer(request));
  const [algorithm, value] = sequenceOf(imprint);
  const hash = digestOfOid(oidOf(sequenceOf(algorithm)[0]));
  if (smallInteger(version) !== 1 || hash === null || expectTag(value, TAG.octets).value.length !== digest(hash).length) {
    throw new Malformed('time stamp request');
  }
  const nonce = options.find((option) => option.tag === TAG.integer);
  const accuracy = Math.max(1, parts.accuracyMs ?? 1000);
  const accuracyDer = sequence(
    integer(Math.floor(accuracy / 1000)),
    ...(accuracy % 1000 ? [der(0x80, readDer(integer(accuracy % 1000)).value)] : []),
  );
  const info = sequence(
    integer(1),
    oid(parts.policy),
    imprint!.whole,
    integer(serial),
    generalizedTime(genTime.toISOString()),
    accuracyDer,
    ...(nonce ? [nonce.whole] : []),
  );
  return sequence(sequence(integer(0)), signedData(parts.key, certificate, info));
}

function signedData(key: KeyObject | AuthorityKey, certificate: Uint8Array, info: Uint8Array): Uint8Array {
  const sha256 = sequence(oid(DIGEST_OIDS.sha256), nothing());
  const certId = sequence(octets(digest('sha256', certificate)));
  const attributes = set(
    sequence(oid(OID.contentType), set(oid(OID.tstInfo))),
    sequence(oid(OID.messageDigest), set(octets(digest('sha256', info)))),
    sequence(oid(OID.signingCertificateV2), set(sequence(sequence(certId)))),
  );
  const [tbs] = sequenceOf(readDer(certificate));
  const [, serial, , issuer] = sequenceOf(tbs);
  const signer = sequence(
    integer(1),
    sequence(issuer!.whole, serial!.whole),
    sha256,
    der(context(0), readDer(attributes).value),
    signatureAlgorithm(key),
    octets(keyOf(key).sign(attributes)),
  );
  const content = sequence(oid(OID.tstInfo), der(context(0), octets(info)));
  const data = sequence(integer(3), set(sha256), content, der(context(0), certificate), set(signer));
  return sequence(oid(OID.signedData), der(context(0), data));
}

function signatureAlgorithm(key: KeyObject | AuthorityKey): Uint8Array {
  return keyOf(key).kind === 'rsa' ? sequence(oid('1.2.840.113549.1.1.11'), nothing()) : sequence(oid('1.2.840.10045.4.3.2'));
}

function keyOf(key: KeyObject | AuthorityKey): AuthorityKey {
  if ('spki' in key) return key;
  return {
    kind: key.asymmetricKeyType === 'rsa' ? 'rsa' : 'ec',
    spki: new Uint8Array(createPublicKey(key).export({ type: 'spki', format: 'der' })),
    sign: (message) => new Uint8Array(sign('sha256', message, key)),
  };
}

function nameOf(commonName: string): Uint8Array {
  return sequence(set(sequence(oid(OID.commonName), utf8String(commonName))));
}
