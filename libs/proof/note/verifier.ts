import { concat, equalBytes, fromBase64, fromHex, Malformed, toBase64, toHex, utf8 } from '../bytes';
import { digest } from '../digests';
import { verifyEd25519 } from '../primitives';
import { verifySm2 } from '../sm2';

/** `cosignature`: a witness that signs the time with the checkpoint (C2SP tlog-cosignature, Ed25519); we only verify those. */
export type KeyKind = 'ed25519' | 'sm2' | 'cosignature';

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

const TYPES: Record<KeyKind, Uint8Array> = {
  ed25519: Uint8Array.of(0x01),
  sm2: concat(Uint8Array.of(0xff), utf8('sm2-with-sm3')),
  cosignature: Uint8Array.of(0x04),
};
const CHECKS: Record<KeyKind, typeof verifyEd25519> = { ed25519: verifyEd25519, sm2: verifySm2, cosignature: verifyCosignature };

/** C2SP signed-note: no white space and no plus sign in a key name. */
export function isKeyName(name: string): boolean {
  // oxlint-disable-next-line no-control-regex -- control characters are what is refused
  return /^[^\s+\u0000-\u001f\u007f]+$/u.test(name);
}

export function verifierOfKey(name: string, kind: KeyKind, publicKey: Uint8Array): NoteVerifier {
  if (!isKeyName(name)) throw new Malformed(`key name ${JSON.stringify(name)}`);
  if (publicKey.length !== (kind === 'sm2' ? 65 : 32)) throw new Malformed(`length of the public key of ${name}`);
  const typed = concat(TYPES[kind], publicKey);
  const keyId = digest('sha256', utf8(`${name}\n`), typed).slice(0, 4);
  return {
    name,
    kind,
    keyId,
    vkey: `${name}+${toHex(keyId)}+${toBase64(typed)}`,
    verify: (message, signature) => CHECKS[kind](publicKey, message, signature),
  };
}

export function verifierOf(vkey: string): NoteVerifier {
  const [name = '', id = '', ...rest] = vkey.split('+');
  const typed = fromBase64(rest.join('+'));
  const kind = (Object.keys(TYPES) as KeyKind[]).find((candidate) =>
    equalBytes(typed.subarray(0, TYPES[candidate].length), TYPES[candidate]),
  );
  if (!kind) throw new Malformed(`key type of ${name}`);
  const verifier = verifierOfKey(name, kind, typed.subarray(TYPES[kind].length));
  if (!equalBytes(verifier.keyId, fromHex(id))) throw new Malformed(`key id of ${name}`);
  return verifier;
}

/** Signature is 8 bytes of seconds and 64 of Ed25519 over a header with that time and the note's text. */
function verifyCosignature(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (signature.length !== 72) return false;
  const seconds = new DataView(signature.buffer, signature.byteOffset).getBigUint64(0);
  const signed = concat(utf8(`cosignature/v1\ntime ${seconds}\n`), message);
  return verifyEd25519(publicKey, signed, signature.subarray(8));
}
