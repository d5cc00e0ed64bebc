import { createHash } from 'node:crypto';
import { context, integer, octets, oid, sequence, setOf } from './der';
import { issuerAndSerial } from './seal-certificate';

const SHA256 = sequence(oid('2.16.840.1.101.3.4.2.1'));
const ECDSA_SHA256 = sequence(oid('1.2.840.10045.4.3.2'));
const DATA = oid('1.2.840.113549.1.7.1');
const SIGNED_DATA = oid('1.2.840.113549.1.7.2');
const CONTENT_TYPE = oid('1.2.840.113549.1.9.3');
const MESSAGE_DIGEST = oid('1.2.840.113549.1.9.4');
const SIGNING_CERTIFICATE_V2 = oid('1.2.840.113549.1.9.16.2.47');
const SIGNATURE_TIME_STAMP = oid('1.2.840.113549.1.9.16.2.14');

/** The key that signs papers. The API process never has one: this is for the worker. */
export interface PdfSigner {
  /** DER; P-256. */
  certificate: Buffer;
  /** Who signs and why, as it is shown by readers. */
  name: string;
  reason: string;
  /** ECDSA over SHA-256 of `bytes`, DER form. */
  sign(bytes: Buffer): Promise<Buffer> | Buffer;
  /** An RFC 3161 token over the signature value, or null while none can be had. */
  timeStamp?(signature: Buffer): Promise<Buffer | null>;
}

const sha256 = (bytes: Buffer): Buffer => createHash('sha256').update(bytes).digest();

/**
 * A detached CAdES signature (ETSI EN 319 122-1, baseline B, and T with a time stamp) over `content`: content type, message digest
 * and the signer's certificate are signed; the signing time is not claimed here, as the PDF names it and a time stamp proves it.
 */
export async function cades(content: Buffer, signer: PdfSigner): Promise<Buffer> {
  const attributes = [
    sequence(CONTENT_TYPE, setOf(DATA)),
    sequence(MESSAGE_DIGEST, setOf(octets(sha256(content)))),
    // ESSCertIDv2 with its default algorithm SHA-256, which DER leaves out.
    sequence(SIGNING_CERTIFICATE_V2, setOf(sequence(sequence(sequence(octets(sha256(signer.certificate))))))),
  ];
  const toBeSigned = setOf(...attributes);
  const signature = await signer.sign(toBeSigned);
  const token = (await signer.timeStamp?.(signature)) ?? null;
  // Inside SignerInfo the same set carries an implicit tag, [0]; what is signed is the set itself (RFC 5652 section 5.4).
  const signedAttributes = Buffer.from(toBeSigned);
  signedAttributes[0] = 0xa0;
  const signerInfo = sequence(
    integer(1),
    issuerAndSerial(signer.certificate),
    SHA256,
    signedAttributes,
    ECDSA_SHA256,
    octets(signature),
    ...(token ? [context(1, sequence(SIGNATURE_TIME_STAMP, setOf(token)))] : []),
  );
  const signedData = sequence(integer(1), setOf(SHA256), sequence(DATA), context(0, signer.certificate), setOf(signerInfo));
  return sequence(SIGNED_DATA, context(0, signedData));
}
