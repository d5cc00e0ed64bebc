import { X509Certificate } from 'node:crypto';

/** A certificate that a server showed, in words. Nothing here is a judgement on it: that is for the verifier and a human. */
export interface CertificateFacts {
  subject: string;
  issuer: string;
  /** Names for which it was made, as it lists them: `DNS:shop.test`. */
  names: string[];
  serial: string;
  notBefore: string;
  notAfter: string;
  /** `RSA 2048`, `EC prime256v1`; null for keys that this machine does not know, such as SM2. */
  key: string | null;
  isCa: boolean;
  /** Subject and issuer are the same: nobody vouches for it. */
  isSelfIssued: boolean;
  /** SHA-256 over the whole certificate, lower-case hex. */
  sha256: string;
}

/** Null for what is no certificate: the bytes came from a hostile server. */
export function certificateFacts(der: Buffer): CertificateFacts | null {
  try {
    const found = new X509Certificate(der);
    return {
      subject: inOneLine(found.subject),
      issuer: inOneLine(found.issuer),
      names: (found.subjectAltName ?? '').split(', ').filter(Boolean).slice(0, 500),
      serial: found.serialNumber.toLowerCase(),
      notBefore: new Date(found.validFrom).toISOString(),
      notAfter: new Date(found.validTo).toISOString(),
      key: keyOf(found),
      isCa: found.ca,
      isSelfIssued: found.subject === found.issuer,
      sha256: found.fingerprint256.replaceAll(':', '').toLowerCase(),
    };
  } catch {
    return null;
  }
}

const inOneLine = (name: string | undefined) => (name ?? '').split('\n').join(', ');

function keyOf(certificate: X509Certificate): string | null {
  try {
    const { asymmetricKeyType: type, asymmetricKeyDetails: details } = certificate.publicKey;
    const size = details?.namedCurve ?? details?.modulusLength;
    return [type?.toUpperCase(), size].filter(Boolean).join(' ');
  } catch {
    return null;
  }
}
