import { createPrivateKey, generateKeyPairSync, type KeyObject, sign, X509Certificate } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { PdfSigner } from './cades';
import { selfSignedSealCertificate } from './seal-certificate';

export interface SealKeyFiles {
  /** PKCS#8 PEM; with a passphrase it is stored encrypted. */
  keyFile: string;
  /** PEM of the certificate; an agency with a certification service puts that service's certificate here. */
  certificateFile: string;
  passphrase?: string;
}

/**
 * The signer of papers from files, for the process that holds the seal key. A key and a certificate of its own are made on first
 * use, readable to this account only. Throws a RangeError when certificate and key do not belong together.
 */
export function openSealKey(
  { keyFile, certificateFile, passphrase }: SealKeyFiles,
  holder: string,
  reason: string,
  at: Date,
): PdfSigner {
  const key = existsSync(keyFile) ? createPrivateKey({ key: readFileSync(keyFile), passphrase }) : makeKey(keyFile, passphrase);
  if (!existsSync(certificateFile)) {
    const made = new X509Certificate(selfSignedSealCertificate(holder, key, at));
    mkdirSync(dirname(certificateFile), { recursive: true });
    writeFileSync(certificateFile, made.toString(), { mode: 0o644, flag: 'wx' });
  }
  const certificate = new X509Certificate(readFileSync(certificateFile));
  if (!certificate.checkPrivateKey(key)) throw new RangeError(`${certificateFile} is not the certificate of ${keyFile}`);
  return { certificate: certificate.raw, name: holder, reason, sign: (bytes) => sign('sha256', bytes, key) };
}

function makeKey(keyFile: string, passphrase: string | undefined): KeyObject {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  mkdirSync(dirname(keyFile), { recursive: true, mode: 0o700 });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem', ...(passphrase ? { cipher: 'aes-256-cbc', passphrase } : {}) });
  writeFileSync(keyFile, pem, { mode: 0o600, flag: 'wx' });
  return privateKey;
}
