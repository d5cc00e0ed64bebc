import { defineConfig, env } from '../platform';

/** From where it is known whether the certificate of a time stamp was revoked. */
export const evidenceRevocationConfig = defineConfig('evidence-revocation', {
  files: env.list('TSA_REVOCATION_FILES', {
    default: [],
    describe:
      'revocation lists (CRL, DER or PEM) of the issuers of time stamp certificates, for an installation without a way out; read before any address that a certificate names',
  }),
  fetches: env.flag('TSA_REVOCATION_FETCH', {
    default: true,
    describe:
      '1 to fetch revocation lists, and to ask OCSP responders, at the addresses in the certificates, through the capture process and its address rules',
  }),
});

export type EvidenceRevocationConfig = ReturnType<typeof evidenceRevocationConfig.read>;
