import { children, expectTag, integerHex, oidOf, sequenceOf, TAG } from '../asn1/read';
import { digestOfOid, OID, SIGNATURE_OIDS } from '../asn1/oids';
import { equalBytes, fromBase64, Malformed } from '../bytes';
import { digest } from '../digests';
import type { HashName } from '../primitives';
import type { TrustBundle } from '../trust-bundle';
import { type Certificate, isIssuedBy, parseCertificate, verifyWith } from './certificate';
import { standingOf } from './standing';
import { NotGranted, parseTimeStampResponse, type TimeStampToken } from './token';

export type TokenFaultCode =
  | 'TST_FORMAT'
  | 'TST_STATUS'
  | 'TST_IMPRINT'
  | 'TST_ALG'
  | 'TST_EKU'
  | 'TST_ESS'
  | 'TST_SIGNATURE'
  | 'TST_CHAIN'
  | 'TST_UNTRUSTED';

/** Why a token is not accepted. `TST_UNTRUSTED` says that the asker does not know the authority; all others that the token is wrong. */
export class TokenFault extends Error {
  constructor(
    readonly code: TokenFaultCode,
    readonly detail: string,
  ) {
    super(`${code}: ${detail}`);
  }
}

export interface AcceptedToken {
  genTime: string;
  accuracyMs: number;
  algorithm: HashName;
  serial: string;
  tsa: TrustBundle['tsa'][number];
  /** End of the signer's certificate; after it the token needs a renewal. */
  signerNotAfter: string;
  /** From the signer up to the root of the trust bundle. */
  chain: Certificate[];
  /** Serial numbers of those below the root of which no list and no OCSP answer at hand says anything for the moment of the token. */
  unlooked: string[];
}

export interface TokenQuestion {
  /** The bytes whose digest was stamped. */
  stamped: Uint8Array;
  tsa: TrustBundle['tsa'];
  /** Receipt only: the nonce of the request, as DER integer content in hex. */
  nonce?: string;
  /** Certificates, revocation lists and OCSP answers that came with the package: material, never trust. */
  material?: readonly Uint8Array[];
  /** How many signatures of certificates may be looked at, counted down; shared by all tokens of one package. */
  chains?: { left: number };
}

const MAX_CHAIN = 6;
const MAX_LOOKS = 64;

/** The strict profile of evidence-package.md section 8. Says nothing about now: whether the token is still good is the caller's question. */
export function verifyToken(response: Uint8Array, question: TokenQuestion): AcceptedToken {
  const token = parse(response);
  const algorithm = verifyImprint(token, question);
  const signer = signerOf(token);
  verifyAttributes(token, signer);
  verifySignature(token, signer);
  if (signer.extendedKeyUsage?.critical !== true || signer.extendedKeyUsage.purposes.join() !== OID.timeStamping) {
    throw new TokenFault('TST_EKU', 'the signer certificate is not for time stamping alone');
  }
  const { tsa, chain, unlooked } = verifyChain(signer, token, question);
  if (!tsa.algorithms.includes(algorithm)) throw new TokenFault('TST_ALG', `${algorithm} is not allowed for ${tsa.name}`);
  if (tsa.policies.length > 0 && !tsa.policies.includes(token.policy))
    throw new TokenFault('TST_UNTRUSTED', `policy ${token.policy}`);
  const { genTime, accuracyMs, serial } = token;
  return { genTime, accuracyMs, serial, algorithm, tsa, signerNotAfter: signer.notAfter, chain, unlooked };
}

function parse(response: Uint8Array): TimeStampToken {
  try {
    return parseTimeStampResponse(response);
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    throw new TokenFault(error instanceof NotGranted ? 'TST_STATUS' : 'TST_FORMAT', error.message);
  }
}

function verifyImprint(token: TimeStampToken, { stamped, nonce }: TokenQuestion): HashName {
  const { algorithm, digest: stampedDigest } = token.imprint;
  if (algorithm === null) throw new TokenFault('TST_ALG', 'digest of the imprint');
  if (!equalBytes(stampedDigest, digest(algorithm, stamped))) throw new TokenFault('TST_IMPRINT', 'is of other bytes');
  if (nonce !== undefined && token.nonce !== nonce) throw new TokenFault('TST_IMPRINT', 'answers another request (nonce)');
  return algorithm;
}

/** ESSCertIDv2 decides which certificate signed; the signer's identifier has to name the same one. */
function signerOf({ signer, certificates }: TimeStampToken): Certificate {
  const named = essCertificate(signer.attributes.get(OID.signingCertificateV2));
  const found = certificates.find((certificate) => equalBytes(digest(named.hash, certificate), named.digest));
  if (!found) throw new TokenFault('TST_ESS', 'the named signer certificate is not in the token');
  const certificate = tryParse(found, 'TST_CHAIN', 'signer certificate');
  const { identifier } = signer;
  if (identifier.tag === TAG.sequence) {
    const [issuer, serial] = children(identifier);
    const same = issuer && equalBytes(issuer.whole, certificate.issuer) && integerHex(serial) === certificate.serial;
    if (!same) throw new TokenFault('TST_ESS', 'signer and certificate differ');
  } else if (identifier.tag !== 0x80) throw new TokenFault('TST_FORMAT', 'identifier of the signer');
  return certificate;
}

function essCertificate(attribute: Attribute): { hash: HashName; digest: Uint8Array } {
  try {
    return essDigestOf(attribute);
  } catch (error) {
    throw new TokenFault('TST_ESS', (error as Error).message);
  }
}

type Attribute = ReturnType<TimeStampToken['signer']['attributes']['get']>;

/** What ESSCertIDv2 says of the signer's certificate. */
export function essDigestOf(attribute: Attribute): { hash: HashName; digest: Uint8Array } {
  if (attribute?.length !== 1) throw new Malformed('no ESSCertIDv2');
  const parts = sequenceOf(sequenceOf(sequenceOf(attribute[0])[0])[0]);
  const hash = parts[0]?.tag === TAG.sequence ? digestOfOid(oidOf(sequenceOf(parts.shift())[0])) : 'sha256';
  if (hash === null) throw new Malformed('digest of ESSCertIDv2');
  return { hash, digest: expectTag(parts[0], TAG.octets).value };
}

function verifyAttributes({ signer, content }: TimeStampToken, certificate: Certificate): void {
  if (signer.unsigned.some((id) => id !== OID.timeStampToken)) throw new TokenFault('TST_FORMAT', 'unsigned attributes');
  if (signer.digest === null) throw new TokenFault('TST_ALG', 'digest of the signer');
  const type = signer.attributes.get(OID.contentType);
  const messageDigest = signer.attributes.get(OID.messageDigest);
  if (type?.length !== 1 || safely(() => oidOf(type[0])) !== OID.tstInfo)
    throw new TokenFault('TST_SIGNATURE', 'content type attribute');
  const expected = digest(signer.digest, content);
  const same =
    messageDigest?.length === 1 && messageDigest[0]!.tag === TAG.octets && equalBytes(messageDigest[0]!.value, expected);
  if (!same) throw new TokenFault('TST_SIGNATURE', 'digest of the content');
  if (certificate.key.kind === 'rsa' && certificate.key.bits < 3072)
    throw new TokenFault('TST_ALG', `RSA key of ${certificate.key.bits} bits`);
}

function verifySignature({ signer }: TimeStampToken, { key }: Certificate): void {
  const algorithm = fullAlgorithm(signer.algorithm, signer.digest, key.kind);
  if (algorithm === null) throw new TokenFault('TST_ALG', `signature ${signer.algorithm}`);
  if (!verifyWith(key, algorithm, signer.signed, signer.signature))
    throw new TokenFault('TST_SIGNATURE', 'signature of the token');
}

/** CMS may name the key alone (rsaEncryption) and leave the digest to its own field. */
function fullAlgorithm(algorithm: string, hash: HashName | null, kind: Certificate['key']['kind']): string | null {
  const plain: string[] = [OID.rsaEncryption, OID.ecPublicKey, OID.sm2, OID.sm2Sign];
  const scheme = SIGNATURE_OIDS[algorithm];
  if (scheme) return scheme.hash === hash && scheme.key === kind ? algorithm : null;
  if (!plain.includes(algorithm)) return null;
  return Object.keys(SIGNATURE_OIDS).find((id) => SIGNATURE_OIDS[id]!.key === kind && SIGNATURE_OIDS[id]!.hash === hash) ?? null;
}

/** The certificates of a token that was accepted before, from its signer up to a root; throws when there is no way to one. */
export function chainOfToken(response: Uint8Array, tsa: TrustBundle['tsa']): Pick<AcceptedToken, 'chain' | 'tsa' | 'genTime'> {
  const token = parse(response);
  const { chain, tsa: found } = verifyChain(signerOf(token), token, { tsa });
  return { chain, tsa: found, genTime: token.genTime };
}

type Way = Pick<AcceptedToken, 'tsa' | 'chain' | 'unlooked'>;

/** From the signer up to a root of the trust bundle, every certificate valid when the token was made. */
function verifyChain(
  signer: Certificate,
  token: TimeStampToken,
  { tsa, material = [], chains = { left: MAX_LOOKS } }: Omit<TokenQuestion, 'stamped'>,
): Way {
  const roots = tsa.map((entry) => ({
    entry,
    certificate: tryParse(fromBase64(entry.root), 'TST_CHAIN', `root of ${entry.name}`),
  }));
  const helpers = [...token.certificates, ...material].flatMap((bytes) => safely(() => [parseCertificate(bytes)]) ?? []);
  const candidates = [...roots.map((root) => root.certificate), ...helpers];
  // One name may stand on several certificates (a root renewed with the same key), so every way up is tried; each certificate once,
  // or a few dozen that vouch for each other would have more ways than can be walked.
  const seen = new Set<Certificate>();
  const look = (): boolean => {
    if (chains.left-- > 0) return true;
    throw new TokenFault('TST_CHAIN', 'too many certificates bear the name of an issuer');
  };
  const follow = (current: Certificate, path: Certificate[], unlooked: string[]): Way => {
    if (token.genTime < current.notBefore || token.genTime > current.notAfter)
      throw new TokenFault('TST_CHAIN', 'a certificate was not valid then');
    const self = roots.find((root) => equalBytes(root.certificate.der, current.der));
    if (self) return { tsa: self.entry, chain: [signer, ...path], unlooked };
    const named = candidates.filter(
      (issuer) => equalBytes(issuer.subject, current.issuer) && !path.includes(issuer) && !equalBytes(issuer.der, current.der),
    );
    if (named.length === 0 || path.length >= MAX_CHAIN) throw new TokenFault('TST_UNTRUSTED', 'no known root');
    const issuers = named.filter((issuer) => !seen.has(issuer) && mayStandUnder(issuer, path.length) && look() && isIssuedBy(current, issuer)); // prettier-ignore
    for (const issuer of issuers) seen.add(issuer);
    let fault = new TokenFault('TST_CHAIN', 'a certificate is not signed by its issuer');
    for (const issuer of issuers) {
      try {
        const standing = standingOf(current, issuer, token.genTime, material);
        if (standing === 'revoked') throw new TokenFault('TST_CHAIN', 'a certificate was revoked before');
        return follow(issuer, [...path, issuer], standing === 'good' ? unlooked : [...unlooked, current.serial]);
      } catch (error) {
        if (!(error instanceof TokenFault)) throw error;
        fault = error;
      }
    }
    throw fault;
  };
  return follow(signer, [], []);
}

/** `below`: certificates of authorities between it and the signer (RFC 5280, pathLenConstraint). */
function mayStandUnder({ pathLength }: Certificate, below: number): boolean {
  return pathLength === null || below <= pathLength;
}

function tryParse(bytes: Uint8Array, code: TokenFaultCode, what: string): Certificate {
  try {
    return parseCertificate(bytes);
  } catch (error) {
    throw new TokenFault(code, `${what}: ${(error as Error).message}`);
  }
}

function safely<T>(work: () => T): T | null {
  try {
    return work();
  } catch {
    return null;
  }
}
