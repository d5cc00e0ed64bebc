import { createPrivateKey, generateKeyPairSync, sign as signBytes, type KeyObject } from 'node:crypto';
import { concat, Malformed } from '../bytes';
import { sm2KeyPair, sm2PublicKey, signSm2 } from '../sm2';
import { verifierOfKey, type KeyKind, type NoteVerifier } from './verifier';

export type SigningKind = Exclude<KeyKind, 'cosignature'>;

/** Port: whoever holds a key. A file key is the default; a token or a key service implements the same two members. */
export interface NoteSigner extends NoteVerifier {
  sign(message: Uint8Array): Promise<Uint8Array>;
}

/** A signer whose secret may be written to a key file. */
export interface NoteKey extends NoteSigner {
  /** 32 bytes: Ed25519 seed or SM2 scalar. */
  readonly secret: Uint8Array;
}

export function generateKey(name: string, kind: SigningKind = 'ed25519'): NoteKey {
  if (kind === 'sm2') return keyOf(name, kind, sm2KeyPair().secret);
  const { privateKey } = generateKeyPairSync('ed25519');
  return keyOf(name, kind, new Uint8Array(privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(-32)));
}

/** The key of a known secret; also what makes golden packages the same on every machine. */
export function keyOf(name: string, kind: SigningKind, secret: Uint8Array): NoteKey {
  if (secret.length !== 32) throw new Malformed('a key has 32 bytes');
  if (kind === 'sm2') {
    const verifier = verifierOfKey(name, kind, sm2PublicKey(secret));
    return { ...verifier, secret, sign: (message) => Promise.resolve(signSm2(secret, message)) };
  }
  const privateKey = ed25519PrivateKey(secret);
  const verifier = verifierOfKey(name, kind, ed25519PublicKey(privateKey));
  return { ...verifier, secret, sign: (message) => Promise.resolve(new Uint8Array(signBytes(null, message, privateKey))) };
}

function ed25519PrivateKey(seed: Uint8Array): KeyObject {
  const prefix = Uint8Array.of(0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20);
  return createPrivateKey({ key: Buffer.from(concat(prefix, seed)), format: 'der', type: 'pkcs8' });
}

function ed25519PublicKey(privateKey: KeyObject): Uint8Array {
  const jwk = privateKey.export({ format: 'jwk' });
  return new Uint8Array(Buffer.from(jwk.x ?? '', 'base64url'));
}
