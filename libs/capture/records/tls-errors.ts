import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';

export interface SeenCertificate {
  /** Name or address, without a port. */
  host: string;
  at: Date;
  /** With which the browser was started. */
  flags: readonly string[];
}

/** What is wrong with the certificate of each host that the browser refused and then passed over, by `host` or `host:port`. */
export type CertificateErrors = ReadonlyMap<string, readonly string[]>;

/**
 * What speaks against the certificate that the browser took: an empty list is the result of looking. The browser refuses a page with a
 * wrong certificate unless a flag tells it not to, and then that flag is what is told, or an officer decided otherwise, and then its own
 * words stand beside these (`certificateErrors`).
 */
export function tlsErrorsOf(certificate: X509Certificate, { host, at, flags }: SeenCertificate): string[] {
  const isNamed = isIP(host) ? certificate.checkIP(host) : certificate.checkHost(host);
  return [
    ...(isNamed ? [] : ['nameMismatch']),
    ...(at < new Date(certificate.validFrom) ? ['notYetValid'] : []),
    ...(at > new Date(certificate.validTo) ? ['expired'] : []),
    ...(flags.some((flag) => flag.startsWith('--ignore-certificate-errors')) ? ['chainNotChecked'] : []),
  ];
}

/**
 * The browser names one fault of a certificate though it may have several, so each is looked at again. Its own word comes last:
 * `ERR_CERT_AUTHORITY_INVALID` and the like. `chains` are by origin, leaf first.
 */
export function certificateErrors(
  refused: ReadonlyMap<string, ReadonlySet<string>>,
  chains: ReadonlyMap<string, readonly Buffer[]>,
  at: Date,
): CertificateErrors {
  return new Map(
    [...refused].map(([host, words]) => {
      const leaf = chains.get(`https://${host}`)?.[0];
      const found = leaf ? tlsErrorsOf(new X509Certificate(leaf), { host: hostOf(`https://${host}`), at, flags: [] }) : [];
      return [host, [...found, ...words]];
    }),
  );
}

/** For one list over all hosts; those of the page itself may stand without its name. */
export function errorLines(errors: CertificateErrors, unnamed = ''): string[] {
  return [...errors].flatMap(([host, codes]) => codes.map((code) => (host === unnamed ? code : `${host} ${code}`)));
}

/** As a certificate names it: no port, and no brackets around an address. */
export const hostOf = (url: string): string => new URL(url).hostname.replace(/^\[|\]$/g, '');
