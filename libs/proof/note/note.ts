import { concat, equalBytes, fromBase64, Malformed, textOf, toBase64, utf8 } from '../bytes';
import type { NoteSigner } from './keys';
import { isKeyName, type NoteVerifier } from './verifier';

export const NOTE_LIMIT = 8 * 1024 * 1024;
const SIGNATURE_LIMIT = 100;

export interface NoteSignature {
  name: string;
  keyId: Uint8Array;
  signature: Uint8Array;
}

export interface Note {
  /** The signed text, its last newline included. */
  text: string;
  signatures: NoteSignature[];
}

/** What a verifier says to one signature line. `unknown`: no key of that name and id; `otherKey`: the name is known, the id is not. */
export type SignatureState = 'valid' | 'invalid' | 'otherKey' | 'unknown';

/** Signs the text in the order of the signers. The text ends with a newline. */
export async function signNote(text: string, signers: readonly NoteSigner[]): Promise<Uint8Array> {
  refuseText(text);
  const lines: string[] = [];
  for (const signer of signers) {
    const signature = await signer.sign(utf8(text));
    lines.push(signatureLine({ name: signer.name, keyId: signer.keyId, signature }));
  }
  return utf8(`${text}\n${lines.join('')}`);
}

export function noteBytes(note: Note): Uint8Array {
  return utf8(`${note.text}\n${note.signatures.map(signatureLine).join('')}`);
}

/** C2SP signed-note, read strictly: what would not be written back to the same bytes is refused. */
export function parseNote(bytes: Uint8Array): Note {
  if (bytes.length > NOTE_LIMIT) throw new Malformed(`note over ${NOTE_LIMIT} bytes`);
  const whole = textOf(bytes);
  const split = whole.lastIndexOf('\n\n');
  if (split < 0) throw new Malformed('no blank line before the signatures');
  const text = whole.slice(0, split + 1);
  refuseText(text);
  const lines = whole.slice(split + 2).split('\n');
  if (lines.pop() !== '') throw new Malformed('last signature line is not ended');
  if (lines.length === 0 || lines.length > SIGNATURE_LIMIT) throw new Malformed('number of signature lines');
  return { text, signatures: lines.map(parseSignatureLine) };
}

export function stateOfSignature(note: Note, signature: NoteSignature, verifiers: readonly NoteVerifier[]): SignatureState {
  const named = verifiers.filter((verifier) => verifier.name === signature.name);
  const verifier = named.find((candidate) => equalBytes(candidate.keyId, signature.keyId));
  if (!verifier) return named.length > 0 ? 'otherKey' : 'unknown';
  return verifier.verify(utf8(note.text), signature.signature) ? 'valid' : 'invalid';
}

/**
 * The rule of C2SP for checkpoints and the like: lines of unknown keys are ignored, a known key that does not verify fails the note,
 * and at least one known key has to be there.
 */
export function openNote(bytes: Uint8Array, verifiers: readonly NoteVerifier[]): { text: string; signers: string[] } {
  const note = parseNote(bytes);
  const signers: string[] = [];
  for (const signature of note.signatures) {
    const state = stateOfSignature(note, signature, verifiers);
    if (state === 'invalid') throw new Malformed(`signature of ${signature.name} does not verify`);
    if (state === 'valid' && signers.includes(signature.name)) throw new Malformed(`two signatures of ${signature.name}`);
    if (state === 'valid') signers.push(signature.name);
  }
  if (signers.length === 0) throw new Malformed('no signature by a known key');
  return { text: note.text, signers };
}

function signatureLine({ name, keyId, signature }: NoteSignature): string {
  return `— ${name} ${toBase64(concat(keyId, signature))}\n`;
}

function parseSignatureLine(line: string): NoteSignature {
  const [dash, name, base64, ...rest] = line.split(' ');
  if (dash !== '—' || !name || !base64 || rest.length > 0 || !isKeyName(name)) throw new Malformed('signature line');
  const bytes = fromBase64(base64);
  if (bytes.length < 5) throw new Malformed(`signature of ${name} is too short`);
  return { name, keyId: bytes.slice(0, 4), signature: bytes.slice(4) };
}

function refuseText(text: string): void {
  // oxlint-disable-next-line no-control-regex -- control characters are what is refused
  if (text === '' || !text.endsWith('\n') || /[\u0000-\u0009\u000b-\u001f]/.test(text)) throw new Malformed('text of the note');
  if (!text.isWellFormed()) throw new Malformed('lone surrogate in the note');
}
