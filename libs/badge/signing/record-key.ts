import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';

export interface RecordKey {
  /** First 16 hex digits of the SHA-256 of the public key (SPKI, DER). */
  keyId: string;
  /** SPKI, PEM. */
  publicKey: string;
  sign(bytes: Buffer): string;
}

const FILE = 'badge-record.pem';

/** The Ed25519 key that signs badge records; made on first use, readable to its process only. */
export function loadRecordKey(dir: string): RecordKey {
  const path = join(dir, FILE);
  const key = createPrivateKey(readOrMake(dir, path));
  const publicKey = createPublicKey(key);
  return {
    keyId: keyIdOf(publicKey),
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }) as string,
    sign: (bytes) => sign(null, bytes, key).toString('base64'),
  };
}

export function verifyRecord(bytes: Buffer, signature: string, publicKeyPem: string): boolean {
  return verify(null, bytes, createPublicKey(publicKeyPem), Buffer.from(signature, 'base64'));
}

function readOrMake(dir: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code !== 'ENOENT') throw fault;
  }
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const { privateKey } = generateKeyPairSync('ed25519');
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
  try {
    const file = openSync(path, 'wx', 0o600);
    writeSync(file, pem);
    fsyncSync(file);
    closeSync(file);
    return pem;
  } catch (fault) {
    // Another worker made it in the same moment: there is one key, his.
    if ((fault as NodeJS.ErrnoException).code === 'EEXIST') return readFileSync(path, 'utf8');
    throw fault;
  }
}

function keyIdOf(publicKey: KeyObject): string {
  const der = publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(der).digest('hex').slice(0, 16);
}
