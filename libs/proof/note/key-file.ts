import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from 'node:crypto';
import { closeSync, fchmodSync, fstatSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { fromBase64, Malformed, toBase64 } from '../bytes';
import { isObject, jsonBytes, parseCanonical } from '../strict-json';
import { keyOf, type NoteKey } from './keys';

const SCRYPT = { N: 32768, r: 8, p: 1, maxmem: 64 * 1024 * 1024 };

/** Writes a new key file with mode 0600; an existing file is never replaced (EEXIST). With a passphrase the secret is encrypted. */
export function writeKeyFile(path: string, key: NoteKey, passphrase?: string): void {
  const file = openSync(path, 'wx', 0o600);
  try {
    fchmodSync(file, 0o600);
    writeSync(
      file,
      jsonBytes({ schema: 'note-key/1', name: key.name, kind: key.kind, vkey: key.vkey, ...seal(key.secret, passphrase) }),
    );
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Refuses a file that others may read, and one whose secret does not belong to its public key. */
export function loadKey(path: string, passphrase?: string): NoteKey {
  const file = openSync(path, 'r');
  try {
    if (fstatSync(file).mode & 0o077) throw new Malformed(`${path}: a key file must be readable by its owner only (mode 0600)`);
    return parseKey(new Uint8Array(readFileSync(file)), path, passphrase);
  } finally {
    closeSync(file);
  }
}

function parseKey(bytes: Uint8Array, path: string, passphrase?: string): NoteKey {
  const value = parseCanonical(bytes);
  if (!isObject(value) || value.schema !== 'note-key/1' || typeof value.name !== 'string')
    throw new Malformed(`${path}: not a key file`);
  if (value.kind !== 'ed25519' && value.kind !== 'sm2') throw new Malformed(`${path}: kind of key`);
  const key = keyOf(value.name, value.kind, unseal(value, path, passphrase));
  if (key.vkey !== value.vkey) throw new Malformed(`${path}: secret and public key do not belong together`);
  return key;
}

function seal(secret: Uint8Array, passphrase?: string): Record<string, string> {
  if (!passphrase) return { secret: toBase64(secret) };
  const salt = randomBytes(16);
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', scryptSync(passphrase, salt, 32, SCRYPT), iv);
  const box = Buffer.concat([cipher.update(secret), cipher.final(), cipher.getAuthTag()]);
  return { box: toBase64(box), iv: toBase64(iv), salt: toBase64(salt) };
}

function unseal(value: Record<string, unknown>, path: string, passphrase?: string): Uint8Array {
  if (typeof value.secret === 'string') return fromBase64(value.secret);
  if (!passphrase) throw new Malformed(`${path}: the key is encrypted and no passphrase was given`);
  const box = fromBase64(String(value.box));
  const key = scryptSync(passphrase, fromBase64(String(value.salt)), 32, SCRYPT);
  const decipher = createDecipheriv('aes-256-gcm', key, fromBase64(String(value.iv)));
  decipher.setAuthTag(box.subarray(-16));
  try {
    return new Uint8Array(Buffer.concat([decipher.update(box.subarray(0, -16)), decipher.final()]));
  } catch {
    throw new Malformed(`${path}: wrong passphrase`);
  }
}
