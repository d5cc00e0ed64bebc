import { X509Certificate } from 'node:crypto';

/**
 * A certificate that a server showed, in words. Nothing here is a judgement on it: that is for the verifier and a human. Its texts are the
 * server's own: what would turn, hide or break a line is written out (`\u{202e}`), and what is too long is cut at a stated length.
 */
export interface CertificateFacts {
  subject: string;
  issuer: string;
  /** Names for which it was made, as it lists them: `DNS:shop.test`; at most {@link NAMES_SHOWN}. */
  names: string[];
  /** How many it lists. */
  namesTotal: number;
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

/** Of more names a reader learns nothing; the whole certificate is a file of the package. */
const NAMES_SHOWN = 200;
const CHARACTERS_SHOWN = 1_000;

/** Null for what is no certificate: the bytes came from a hostile server. */
export function certificateFacts(der: Buffer): CertificateFacts | null {
  try {
    const found = new X509Certificate(der);
    const names = (found.subjectAltName ?? '').split(', ').filter(Boolean);
    return {
      subject: shown(found.subject?.split('\n').join(', ') ?? ''),
      issuer: shown(found.issuer?.split('\n').join(', ') ?? ''),
      names: names.slice(0, NAMES_SHOWN).map((name) => shown(unquoted(name))),
      namesTotal: names.length,
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

/**
 * Certificates in the order in which they vouch for each other: each one that a host showed, then its issuer, and so on; what belongs to no
 * host comes last. Issuers are matched by name alone, as a reader would: whether the signatures hold is not said here.
 */
export function inChains<C extends Pick<CertificateFacts, 'subject' | 'issuer'> & { hosts: readonly string[] }>(
  certificates: readonly C[],
): C[] {
  const left = new Set(certificates);
  const ordered: C[] = [];
  const follow = (first: C) => {
    for (let one: C | undefined = first; one && left.delete(one);) {
      ordered.push(one);
      const { issuer }: C = one;
      one = [...left].find(({ subject, hosts }) => subject !== '' && subject === issuer && hosts.length === 0);
    }
  };
  const byHost = certificates.filter(({ hosts }) => hosts.length > 0).sort((a, b) => (a.hosts[0]! < b.hosts[0]! ? -1 : 1));
  for (const one of [...byHost, ...certificates]) follow(one);
  return ordered;
}

/** Node quotes a name that holds more than plain characters, as a JSON string of its bytes. */
function unquoted(name: string): string {
  const [, kind, quoted] = /^([^:"]+):(".*")$/s.exec(name) ?? [];
  if (!quoted) return name;
  return `${kind}:${Buffer.from(JSON.parse(quoted) as string, 'latin1').toString('utf8')}`;
}

/** Control, format and separator characters written out, and no more than {@link CHARACTERS_SHOWN}: a name shall not pass for another. */
function shown(text: string): string {
  const cut = text.length > CHARACTERS_SHOWN ? `${text.slice(0, CHARACTERS_SHOWN).toWellFormed()}…` : text;
  return cut.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (one) => `\\u{${one.codePointAt(0)!.toString(16)}}`);
}

function keyOf(certificate: X509Certificate): string | null {
  try {
    const { asymmetricKeyType: type, asymmetricKeyDetails: details } = certificate.publicKey;
    const size = details?.namedCurve ?? details?.modulusLength;
    return [type?.toUpperCase(), size].filter(Boolean).join(' ');
  } catch {
    return null;
  }
}
