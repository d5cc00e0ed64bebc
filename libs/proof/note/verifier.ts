import { concat, equalBytes, fromBase64, fromHex, Malformed, toBase64, toHex, utf8 } from '../bytes';
import { digest } from '../digests';
import { verifyEd25519 } from '../primitives';
import { verifySm2 } from '../sm2';

export type KeyKind = 'ed25519' | 'sm2';

/** Public half of a note key. */
export interface NoteVerifier {
  readonly name: string;
  readonly kind: KeyKind;
  /** First 4 bytes of SHA-256(name ‖ "\n" ‖ type ‖ key). */
  readonly keyId: Uint8Array;
  /** `name+hex id+base64(type ‖ key)`: how a key is published. */
  readonly vkey: string;
  verify(message: Uint8Array, signature: Uint8Array): boolean;
}

const SM2_TYPE = concat(Uint8Array.of(0xff), utf8('sm2-with-sm3'));
const ED25519_TYPE = Uint8Array.of(0x01);

/** C2SP signed-note: no white space and no plus sign in a key name. */
export function isKeyName(name: string): boolean {
  // oxlint-disable-next-line no-control-regex -- control characters are what is refused
  return /^[^\s+\u0000-\u001f\u007f]+$/u.test(name);
}

export function verifierOfKey(name: string, kind: KeyKind, publicKey: Uint8Array): NoteVerifier {
  if (!isKeyName(name)) throw new Malformed(`key name ${JSON.stringify(name)}`);
  if (publicKey.length !== (kind === 'sm2' ? 65 : 32)) throw new Malformed(`length of the public key of ${name}`);
  const typed = concat(kind === 'sm2' ? SM2_TYPE : ED25519_TYPE, publicKey);
  const keyId = digest('sha256', utf8(`${name}\n`), typed).slice(0, 4);
  const check = kind === 'sm2' ? verifySm2 : verifyEd25519;
  return {
    name,
    kind,
    keyId,
    vkey: `${name}+${toHex(keyId)}+${toBase64(typed)}`,
    verify: (message, signature) => check(publicKey, message, signature),
  };
}

export function verifierOf(vkey: string): NoteVerifier {
  const [name = '', id = '', ...rest] = vkey.split('+');
  const typed = fromBase64(rest.join('+'));
  const verifier = typed[0] === 0x01 ? verifierOfKey(name, 'ed25519', typed.subarray(1)) : sm2Verifier(name, typed);
  if (!equalBytes(verifier.keyId, fromHex(id))) throw new Malformed(`key id of ${name}`);
  return verifier;
}

function sm2Verifier(name: string, typed: Uint8Array): NoteVerifier {
  if (!equalBytes(typed.subarray(0, SM2_TYPE.length), SM2_TYPE)) throw new Malformed(`key type of ${name}`);
  return verifierOfKey(name, 'sm2', typed.subarray(SM2_TYPE.length));
}
