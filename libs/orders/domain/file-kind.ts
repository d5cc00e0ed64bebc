/** Media types that an operator may attach as proof. Told from the bytes; the name and the declared type are the sender's word only. */
export type ProofType = 'image/png' | 'image/jpeg' | 'application/pdf' | 'text/plain';

const MAGIC: [ProofType, number[]][] = [
  ['image/png', [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
  ['image/jpeg', [0xff, 0xd8, 0xff]],
  ['application/pdf', [0x25, 0x50, 0x44, 0x46, 0x2d]],
];

/** The type of `bytes`, or null for anything that is not a picture, a PDF or plain UTF-8 text without markup. */
export function proofTypeOf(bytes: Uint8Array): ProofType | null {
  const hit = MAGIC.find(([, magic]) => magic.every((byte, at) => bytes[at] === byte));
  if (hit) return hit[0];
  if (bytes.length === 0) return null;
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    // Control characters mean binary; an angle bracket at the start means markup, which a browser might run.
    return /\p{Cc}/u.test(text.replace(/[\t\r\n]/g, '')) || /^\s*</.test(text) ? null : 'text/plain';
  } catch {
    return null;
  }
}
