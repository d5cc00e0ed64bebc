import { weierstrassN } from '@noble/curves/abstract/weierstrass';
import { sm2 } from 'sm-crypto-v2';
import { concat, fromHex, Malformed, toHex, utf8 } from './bytes';
import { digest } from './digests';

/** GM/T 0009: the user id when none was agreed. Always passed, because implementations disagree about their default. */
const USER_ID = '1234567812345678';
const ORDER = 0xfffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123n;
/** GB/T 32918.5. */
const CURVE = {
  p: 0xfffffffeffffffffffffffffffffffffffffffff00000000ffffffffffffffffn,
  n: ORDER,
  h: 1n,
  a: 0xfffffffeffffffffffffffffffffffffffffffff00000000fffffffffffffffcn,
  b: 0x28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93n,
  Gx: 0x32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7n,
  Gy: 0xbc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0n,
};
const Point = weierstrassN(CURVE);
/** Not `Point.BASE`: its tables cost more than the one or two signatures of a package. */
const G = Point.fromAffine({ x: CURVE.Gx, y: CURVE.Gy });

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
    const t = (r + s) % ORDER;
    if (t === 0n) return false;
    const point = G.multiplyUnsafe(s).add(Point.fromHex(publicKey).multiplyUnsafe(t));
    return !point.is0() && (digestOf(publicKey, message) + point.toAffine().x) % ORDER === r;
  } catch {
    return false;
  }
}

/** GB/T 32918.2: SM3 over what identifies the signer, then over the message behind it. */
function digestOf(publicKey: Uint8Array, message: Uint8Array): bigint {
  const id = utf8(USER_ID);
  const fields = [CURVE.a, CURVE.b, CURVE.Gx, CURVE.Gy].map((value) => fromHex(value.toString(16).padStart(64, '0')));
  const z = digest('sm3', Uint8Array.of(0, 8 * id.length), id, ...fields, publicKey.subarray(1));
  return BigInt(`0x${toHex(digest('sm3', z, message))}`);
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
