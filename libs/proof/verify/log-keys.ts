import { Malformed } from '../bytes';
import { type Checkpoint, parseCheckpointText } from '../log/checkpoint';
import { parseNote, stateOfSignature } from '../note/note';
import { verifierOf } from '../note/verifier';
import type { Context, SeenHead } from './context';
import type { StepId } from './report';

/** A checkpoint of this origin, signed by a key of that log; null with the reason said. */
export function openLogCheckpoint(ctx: Context, step: StepId, path: string, bytes: Uint8Array, origin: string): SeenHead | null {
  try {
    const note = parseNote(bytes);
    const checkpoint = parseCheckpointText(note.text);
    if (checkpoint.origin !== origin) throw new Malformed(`is of ${checkpoint.origin}`);
    const logs = ctx.bundle.logs.filter((log) => log.origin === origin).map((log) => verifierOf(log.vkey));
    const states = note.signatures.map((signature) => stateOfSignature(note, signature, logs));
    if (states.some((state) => state === 'invalid' || state === 'otherKey')) throw new Malformed('signature of the log');
    if (!states.includes('valid')) {
      ctx.say(step, 'CHECKPOINT_KEY_UNKNOWN', path, origin, 'indeterminate');
      return null;
    }
    return { checkpoint, note: bytes, witnesses: witnessesOf(ctx, note), path };
  } catch (error) {
    ctx.say(step, 'CHECKPOINT_SIGNATURE', path, (error as Error).message);
    return null;
  }
}

function witnessesOf(ctx: Context, note: ReturnType<typeof parseNote>): string[] {
  const known = ctx.bundle.witnesses.map((witness) => verifierOf(witness.vkey));
  const states = note.signatures.map((signature) => ({ name: signature.name, state: stateOfSignature(note, signature, known) }));
  const bad = states.find(({ state }) => state === 'invalid' || state === 'otherKey');
  if (bad) throw new Malformed(`signature of ${bad.name}`);
  return [...new Set(states.filter(({ state }) => state === 'valid').map(({ name }) => name))];
}

export function sameHead(a: Checkpoint, b: Checkpoint): boolean {
  return a.size === b.size && a.root.every((byte, i) => byte === b.root[i]);
}
