import { Malformed } from '../bytes';
import { type Checkpoint, parseCheckpointText } from '../log/checkpoint';
import { type Note, parseNote, stateOfSignature } from '../note/note';
import { verifierOf } from '../note/verifier';
import type { Revocation, TrustBundle } from '../trust-bundle';
import type { Context, SeenHead } from './context';
import type { StepId } from './report';

/** A checkpoint of this origin, signed by a key of that log; null with the reason said. Whether a key was revoked is asked in V7. */
export function openLogCheckpoint(ctx: Context, step: StepId, path: string, bytes: Uint8Array, origin: string): SeenHead | null {
  try {
    const note = parseNote(bytes);
    const checkpoint = parseCheckpointText(note.text);
    if (checkpoint.origin !== origin) throw new Malformed(`is of ${checkpoint.origin}`);
    const logs = ctx.bundle.logs.filter((log) => log.origin === origin);
    const verifiers = logs.map((log) => verifierOf(log.vkey));
    const states = note.signatures.map((signature) => stateOfSignature(note, signature, verifiers));
    if (states.some((state) => state === 'invalid' || state === 'otherKey')) throw new Malformed('signature of the log');
    if (!states.includes('valid')) {
      ctx.say(step, 'CHECKPOINT_KEY_UNKNOWN', path, origin, 'indeterminate');
      return null;
    }
    const revoked = revocationOf(note, logs);
    return { checkpoint, note: bytes, witnesses: witnessesOf(ctx, note), path, step, revoked, isSupplied: false, from: null };
  } catch (error) {
    ctx.say(step, 'CHECKPOINT_SIGNATURE', path, (error as Error).message);
    return null;
  }
}

/** Null when a key signed that is not revoked. */
function revocationOf(note: Note, logs: TrustBundle['logs']): Revocation | null {
  const signed = logs.filter(({ vkey }) =>
    note.signatures.some((signature) => stateOfSignature(note, signature, [verifierOf(vkey)]) === 'valid'),
  );
  const gone = signed.flatMap(({ vkey, revoked }) => (revoked ? [{ vkey, revoked }] : []));
  if (signed.some(({ vkey }) => !gone.some((key) => key.vkey === vkey))) return null;
  return gone.reduce((last, { revoked }) => (revoked.invalidFrom > last.invalidFrom ? revoked : last), gone[0]!.revoked);
}

function witnessesOf(ctx: Context, note: Note): string[] {
  const known = ctx.bundle.witnesses.map((witness) => verifierOf(witness.vkey));
  const states = note.signatures.map((signature) => ({ name: signature.name, state: stateOfSignature(note, signature, known) }));
  const bad = states.find(({ state }) => state === 'invalid' || state === 'otherKey');
  if (bad) throw new Malformed(`signature of ${bad.name}`);
  return [...new Set(states.filter(({ state }) => state === 'valid').map(({ name }) => name))];
}

export function sameHead(a: Checkpoint, b: Checkpoint): boolean {
  return a.size === b.size && a.root.every((byte, i) => byte === b.root[i]);
}
