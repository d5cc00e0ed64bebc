import { createHash, createPublicKey, type KeyObject, sign } from 'node:crypto';
import { bits, children, context, integer, octets, oid, sequence, setOf, tlv, utcTime, utf8 } from './der';

const ECDSA_SHA256 = sequence(oid('1.2.840.10045.4.3.2'));
const YEAR_MS = 365 * 86_400_000;

/**
 * A certificate that an agency signs for its own seal key (P-256), for development and for offices without a certification
 * service. It ties the key to a name and to nobody's trust: readers must be given it, or be shown it by a service's chain instead.
 */
export function selfSignedSealCertificate(name: string, privateKey: KeyObject, from: Date, years = 3): Buffer {
  const spki = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  const serial = createHash('sha256').update(spki).update(from.toISOString()).digest().subarray(0, 16);
  serial[0] = (serial[0]! & 0x3f) | 0x40; // positive, and never shortened
  const holder = sequence(setOf(sequence(oid('2.5.4.3'), utf8(name))));
  const keyUsage = sequence(oid('2.5.29.15'), tlv(0x01, Buffer.from([0xff])), octets(tlv(0x03, Buffer.from([6, 0xc0])))); // digitalSignature, nonRepudiation
  const tbs = sequence(
    context(0, integer(2)),
    integer(serial),
    ECDSA_SHA256,
    holder,
    sequence(utcTime(from), utcTime(new Date(from.getTime() + years * YEAR_MS))),
    holder,
    spki,
    context(3, sequence(keyUsage)),
  );
  return sequence(tbs, ECDSA_SHA256, bits(sign('sha256', tbs, privateKey)));
}

/** Issuer and serial number of a certificate, as a signature names its signer. */
export function issuerAndSerial(certificate: Buffer): Buffer {
  const [tbs] = children(children(certificate)[0]!.content);
  const fields = children(tbs!.content);
  const [serial, , issuer] = fields[0]!.tag === 0xa0 ? fields.slice(1) : fields;
  return sequence(issuer!.raw, serial!.raw);
}
