import {
  children,
  context,
  type Der,
  expectTag,
  explicit,
  integerHex,
  oidOf,
  readDer,
  sequenceOf,
  setOf,
  smallInteger,
  TAG,
  timeOf,
} from '../asn1/read';
import { der as encode } from '../asn1/write';
import { digestOfOid, OID } from '../asn1/oids';
import { Malformed } from '../bytes';
import type { HashName } from '../primitives';

export const DER_LIMIT = 256 * 1024;

/** An RFC 3161 response taken apart; nothing is judged here but its shape. */
export interface TimeStampToken {
  /** As PKIStatus: 0 granted, 1 granted with modifications. */
  status: number;
  policy: string;
  imprint: { algorithm: HashName | null; digest: Uint8Array };
  serial: string;
  genTime: string;
  accuracyMs: number;
  nonce: string | null;
  /** TSTInfo as signed. */
  content: Uint8Array;
  certificates: Uint8Array[];
  signer: {
    /** Issuer name and serial, or a key identifier. */
    identifier: Der;
    digest: HashName | null;
    attributes: Map<string, Der[]>;
    /** Signed attributes as a SET: what the signature is over. */
    signed: Uint8Array;
    algorithm: string;
    signature: Uint8Array;
    unsigned: string[];
  };
}

export class NotGranted extends Malformed {}

export function parseTimeStampResponse(bytes: Uint8Array): TimeStampToken {
  if (bytes.length > DER_LIMIT) throw new Malformed(`over ${DER_LIMIT} bytes`);
  const [info, token, ...more] = sequenceOf(readDer(bytes));
  const status = smallInteger(sequenceOf(info)[0]);
  if (status > 1) throw new NotGranted(`status ${status}`);
  if (!token || more.length > 0) throw new Malformed('response');
  return { status, ...parseToken(token) };
}

function parseToken(token: Der): Omit<TimeStampToken, 'status'> {
  const [type, wrapped, ...more] = sequenceOf(token);
  if (oidOf(type) !== OID.signedData || !wrapped || more.length > 0) throw new Malformed('not SignedData');
  const [version, digests, content, ...rest] = sequenceOf(explicit(wrapped, context(0)));
  if (smallInteger(version) !== 3) throw new Malformed('version of SignedData');
  for (const digest of setOf(digests)) oidOf(sequenceOf(digest)[0]);
  const [contentType, encapsulated, ...extra] = sequenceOf(content);
  if (oidOf(contentType) !== OID.tstInfo || !encapsulated || extra.length > 0) throw new Malformed('content is no TSTInfo');
  const tstInfo = expectTag(explicit(encapsulated, context(0)), TAG.octets).value;
  const certificates = rest
    .filter((part) => part.tag === context(0))
    .flatMap((part) => children(part).map((certificate) => certificate.whole));
  const signers = setOf(rest.at(-1));
  if (rest.length > 3 || signers.length !== 1) throw new Malformed('exactly one signer is allowed');
  return { ...parseTstInfo(readDer(tstInfo)), content: tstInfo, certificates, signer: parseSigner(signers[0]!) };
}

function parseTstInfo(info: Der): Pick<TimeStampToken, 'policy' | 'imprint' | 'serial' | 'genTime' | 'accuracyMs' | 'nonce'> {
  const [version, policy, imprint, serial, genTime, ...options] = sequenceOf(info);
  if (smallInteger(version) !== 1) throw new Malformed('version of TSTInfo');
  const [algorithm, digest] = sequenceOf(imprint);
  const accuracy = options.find((part) => part.tag === TAG.sequence);
  const nonce = options.find((part) => part.tag === TAG.integer);
  return {
    policy: oidOf(policy),
    imprint: { algorithm: digestOfOid(oidOf(sequenceOf(algorithm)[0])), digest: expectTag(digest, TAG.octets).value },
    serial: integerHex(serial),
    genTime: timeOf(expectTag(genTime, TAG.time)),
    accuracyMs: accuracy ? accuracyOf(accuracy) : 0,
    nonce: nonce ? integerHex(nonce) : null,
  };
}

/** Rounded up: a span may be longer than said, never shorter. */
function accuracyOf(accuracy: Der): number {
  const parts = children(accuracy);
  const part = (tag: number) => {
    const found = parts.find((candidate) => candidate.tag === tag);
    return found ? smallInteger({ ...found, tag: TAG.integer }) : 0;
  };
  return part(TAG.integer) * 1000 + part(0x80) + Math.ceil(part(0x81) / 1000);
}

/** One SignerInfo of CMS, as tokens and signed reports have it. */
export function parseSigner(info: Der): TimeStampToken['signer'] {
  const [version, identifier, digest, attributes, algorithm, signature, unsigned, ...more] = sequenceOf(info);
  if (![1, 3].includes(smallInteger(version)) || !identifier || more.length > 0) throw new Malformed('signer');
  const signedAttributes = expectTag(attributes, context(0));
  return {
    identifier,
    digest: digestOfOid(oidOf(sequenceOf(digest)[0])),
    attributes: attributesOf(signedAttributes),
    signed: encode(TAG.set, signedAttributes.value),
    algorithm: oidOf(sequenceOf(algorithm)[0]),
    signature: expectTag(signature, TAG.octets).value,
    unsigned: unsigned ? [...attributesOf(expectTag(unsigned, context(1))).keys()] : [],
  };
}

function attributesOf(attributes: Der): Map<string, Der[]> {
  const found = new Map<string, Der[]>();
  for (const attribute of children(attributes)) {
    const [type, values] = sequenceOf(attribute);
    const id = oidOf(type);
    if (found.has(id)) throw new Malformed(`attribute ${id} twice`);
    found.set(id, setOf(values));
  }
  return found;
}

/** The token alone (a CMS ContentInfo), as signatures of documents carry it: RFC 3161 section 2.4.2. */
export function tokenOf(response: Uint8Array): Uint8Array {
  parseTimeStampResponse(response);
  return sequenceOf(readDer(response))[1]!.whole;
}
