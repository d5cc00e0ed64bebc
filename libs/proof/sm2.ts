import { sm2 } from 'sm-crypto-v2';
import { concat, fromHex, Malformed, toHex } from './bytes';

/** GM/T 0009: the user id when none was agreed. Always passed, because implementations disagree about their default. */
const USER_ID = '1234567812345678';
const ORDER = 0xfffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123n;

export function sm2KeyPair(): { secret: Uint8Array; publicKey: Uint8Array } {
  const pair = sm2.generateKeyPairHex();
  return { secret: fromHex(pair.privateKey.padStart(64, '0')), publicKey: fromHex(pair.publicKey) };
}

export function sm2PublicKey(secret: Uint8Array): Uint8Array {
  return fromHex(sm2.getPublicKeyFromPrivateKey(toHex(secret)));
}

/** SM2-with-SM3; the signature is DER (r, s). */
export function signSm2(secret: Uint8Array, message: Uint8Array): Uint8Array {
  const publicKey = toHex(sm2PublicKey(secret));
  const raw = sm2.doSignature(message, toHex(secret), { hash: true, publicKey, userId: USER_ID });
  return concat(derSequence(fromHex(raw.slice(0, 64)), fromHex(raw.slice(64))));
}

/** False for anything but a DER signature with 1 ≤ r, s < n in shortest form, by a point on the curve given uncompressed. */
export function verifySm2(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (publicKey.length !== 65 || publicKey[0] !== 4) return false;
  try {
    const { r, s } = parseDerSignature(signature);
    if (r < 1n || s < 1n || r >= ORDER || s >= ORDER) return false;
    const raw = r.toString(16).padStart(64, '0') + s.toString(16).padStart(64, '0');
    return sm2.doVerifySignature(message, raw, toHex(publicKey), { hash: true, userId: USER_ID });
  } catch {
    return false;
  }
}

function derSequence(...integers: Uint8Array[]): Uint8Array {
  const body = concat(...integers.map(derInteger));
  return concat(Uint8Array.of(0x30, body.length), body);
}

function derInteger(bytes: Uint8Array): Uint8Array {
  let start = 0;
  while (start < bytes.length - 1 && bytes[start] === 0) start++;
  const trimmed = bytes.subarray(start);
  const body = trimmed[0]! & 0x80 ? concat(Uint8Array.of(0), trimmed) : trimmed;
  return concat(Uint8Array.of(0x02, body.length), body);
}

function parseDerSignature(der: Uint8Array): { r: bigint; s: bigint } {
  if (der.length < 8 || der.length > 72 || der[0] !== 0x30 || der[1] !== der.length - 2)
    throw new Malformed('not a DER signature');
  const first = parseDerInteger(der, 2);
  const second = parseDerInteger(der, first.end);
  if (second.end !== der.length) throw new Malformed('bytes after the signature');
  return { r: first.value, s: second.value };
}

function parseDerInteger(der: Uint8Array, at: number): { value: bigint; end: number } {
  const length = der[at + 1] ?? 0;
  const end = at + 2 + length;
  const body = der.subarray(at + 2, end);
  const padded = body[0] === 0 && length > 1 && !(body[1]! & 0x80);
  if (der[at] !== 0x02 || length < 1 || end > der.length || body[0]! & 0x80 || padded) throw new Malformed('not a DER integer');
  return { value: BigInt(`0x${toHex(body)}`), end };
}
