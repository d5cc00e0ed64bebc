import { DIGEST_OIDS } from '../asn1/oids';
import { integerHex, readDer } from '../asn1/read';
import { boolean, integer, nothing, octets, oid, sequence } from '../asn1/write';
import { digest } from '../digests';
import type { HashName } from '../primitives';

export interface TimeStampRequest {
  /** Body of a POST with content type `application/timestamp-query`. */
  bytes: Uint8Array;
  /** To be shown to `verifyToken` when the answer arrives. */
  nonce: string;
}

/** Asks for a stamp over the digest of `stamped`; the certificate of the authority has to come with the answer. */
export function timeStampRequest(stamped: Uint8Array, hash: HashName, nonce: Uint8Array): TimeStampRequest {
  const imprint = sequence(sequence(oid(DIGEST_OIDS[hash]), nothing()), octets(digest(hash, stamped)));
  const number = integer(nonce);
  return { bytes: sequence(integer(1), imprint, number, boolean(true)), nonce: integerHex(readDer(number)) };
}
