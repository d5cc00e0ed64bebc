import { bitsOf, children, integerHex, oidOf, readDer, sequenceOf, TAG, timeOf } from '../asn1/read';
import { equalBytes } from '../bytes';
import { type Certificate, verifyWith } from './certificate';

/** True when a revocation list of the issuer names the certificate with a day at or before `instant`. What is no list is passed over. */
export function isRevokedBefore(
  certificate: Certificate,
  issuer: Certificate,
  instant: string,
  material: readonly Uint8Array[],
): boolean {
  return material.some((bytes) => {
    try {
      return revocations(bytes, issuer).some(({ serial, at }) => serial === certificate.serial && at <= instant);
    } catch {
      return false;
    }
  });
}

function revocations(bytes: Uint8Array, issuer: Certificate): { serial: string; at: string }[] {
  const [tbs, algorithm, signature] = sequenceOf(readDer(bytes));
  const fields = sequenceOf(tbs);
  if (fields[0]?.tag === TAG.integer) fields.shift();
  const [, name, , ...rest] = fields;
  if (!tbs || !name || !equalBytes(name.whole, issuer.subject)) return [];
  if (!verifyWith(issuer.key, oidOf(sequenceOf(algorithm)[0]), tbs.whole, bitsOf(signature))) return [];
  const list = rest.find((field) => field.tag === TAG.sequence);
  return (list ? children(list) : []).map((line) => {
    const [serial, at] = sequenceOf(line);
    return { serial: integerHex(serial), at: timeOf(at) };
  });
}
