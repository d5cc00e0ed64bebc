import { p256 } from '@noble/curves/nist';
import { sm2 } from 'sm-crypto-v2';
import { concat, fromHex, toHex } from '../bytes';
import { digest } from '../digests';
import { keyOf, type NoteKey } from '../note/keys';
import type { AuthorityKey } from '../tsp/authority';

const seed = (byte: number) => new Uint8Array(32).fill(byte);

/** Keys that everybody can make: for tests and golden packages, where the bytes have to be the same on every machine. */
export const testKeys = {
  worker: keyOf('aj.test/worker-1', 'ed25519', seed(1)),
  agency: unvarying(keyOf('aj.test/agency-1', 'sm2', seed(2))),
  seal: keyOf('aj.test/seal-1', 'ed25519', seed(3)),
  importer: keyOf('aj.test/import-1', 'ed25519', seed(4)),
  ledger: keyOf('aj.test/ledger-1', 'ed25519', seed(5)),
  witness: keyOf('court.test/witness-1', 'ed25519', seed(6)),
};

/** SM2 with a random number made of key and message, so that golden packages rebuild to the same bytes. Never for a real key. */
function unvarying(key: NoteKey): NoteKey {
  const sign = (message: Uint8Array) => {
    const k = toHex(digest('sha256', key.secret, message));
    const x1 = BigInt(`0x${sm2.getPublicKeyFromPrivateKey(k).slice(2, 66)}`);
    const options = { pointPool: [{ k: BigInt(`0x${k}`), x1 }], hash: true, der: true, userId: '1234567812345678' };
    return Promise.resolve(fromHex(sm2.doSignature(message, toHex(key.secret), options)));
  };
  return { ...key, sign };
}

/** A P-256 key whose signatures are the same each time (RFC 6979). */
export function unvaryingP256(byte: number): AuthorityKey {
  const prefix = fromHex('3059301306072a8648ce3d020106082a8648ce3d030107034200');
  return {
    kind: 'ec',
    spki: concat(prefix, p256.getPublicKey(seed(byte), false)),
    sign: (message) => p256.sign(message, seed(byte), { prehash: true, lowS: false }).toBytes('der'),
  };
}
