import { randomBytes } from 'node:crypto';
import { sm2 } from 'sm-crypto-v2';
import { fromHex, toHex } from './bytes';
import { signSm2, sm2KeyPair, verifySm2 } from './sm2';

describe('SM2 signatures', () => {
  it('are judged as the library that signs judges them, right ones and wrong ones', () => {
    for (let n = 0; n < 40; n++) {
      const { secret, publicKey } = sm2KeyPair();
      const message = new Uint8Array(randomBytes(n * 7));
      const signature = signSm2(secret, message);
      const theirs = (bytes: Uint8Array, text: Uint8Array) => {
        try {
          return sm2.doVerifySignature(text, toHex(bytes), toHex(publicKey), {
            hash: true,
            der: true,
            userId: '1234567812345678',
          });
        } catch {
          return false;
        }
      };
      expect([verifySm2(publicKey, message, signature), theirs(signature, message)]).toEqual([true, true]);
      const other = Uint8Array.from([...message, 1]);
      expect([verifySm2(publicKey, other, signature), theirs(signature, other)]).toEqual([false, false]);
      const bent = Uint8Array.from(signature, (byte, i) => (i === signature.length - 1 - (n % 20) ? byte ^ 1 : byte));
      expect(verifySm2(publicKey, message, bent)).toBe(false);
      expect(verifySm2(sm2KeyPair().publicKey, message, signature)).toBe(false);
    }
  });

  it('F19: a key that is no point of the curve, or the point at infinity, verifies nothing', () => {
    const { secret, publicKey } = sm2KeyPair();
    const message = new Uint8Array(10);
    const signature = signSm2(secret, message);
    const bent = Uint8Array.from(publicKey, (byte, i) => (i === 64 ? byte ^ 1 : byte));
    expect(verifySm2(bent, message, signature)).toBe(false);
    expect(verifySm2(new Uint8Array(65), message, signature)).toBe(false);
    expect(verifySm2(Uint8Array.of(4, ...new Uint8Array(64)), message, signature)).toBe(false);
    // t = r + s = n: the equation would no longer ask for the key.
    const n = 'fffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54122';
    expect(verifySm2(publicKey, message, fromHex(`3026020101022100${n}`))).toBe(false);
  });
});
