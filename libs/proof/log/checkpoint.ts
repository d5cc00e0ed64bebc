import { fromBase64, Malformed, toBase64 } from '../bytes';
import { openNote, parseNote } from '../note/note';
import type { NoteVerifier } from '../note/verifier';

/** What a log says of itself at one size (C2SP tlog-checkpoint without extension lines). */
export interface Checkpoint {
  origin: string;
  size: number;
  root: Uint8Array;
}

export function checkpointText({ origin, size, root }: Checkpoint): string {
  return `${origin}\n${size}\n${toBase64(root)}\n`;
}

export function parseCheckpointText(text: string): Checkpoint {
  const lines = text.split('\n');
  const [origin = '', size = '', root = '', end] = lines;
  if (lines.length !== 4 || end !== '' || origin === '') throw new Malformed('a checkpoint has three lines');
  const checkpoint = { origin, size: parseCount(size), root: fromBase64(root) };
  if (checkpoint.root.length !== 32) throw new Malformed('root of the checkpoint');
  return checkpoint;
}

/** Reads a checkpoint without judging its signatures. */
export function readCheckpoint(note: Uint8Array): Checkpoint {
  return parseCheckpointText(parseNote(note).text);
}

/** Reads a checkpoint and demands the signature of its log; further known keys (witnesses) must verify when they are there. */
export function openCheckpoint(
  note: Uint8Array,
  log: NoteVerifier,
  witnesses: readonly NoteVerifier[] = [],
): { checkpoint: Checkpoint; witnesses: string[] } {
  const { text, signers } = openNote(note, [log, ...witnesses]);
  if (!signers.includes(log.name)) throw new Malformed(`no signature by ${log.name}`);
  return { checkpoint: parseCheckpointText(text), witnesses: signers.filter((name) => name !== log.name) };
}

/** A count as logs write it: decimal, no sign, no leading zero, within what a number holds exactly. */
export function parseCount(text: string): number {
  const value = Number(text);
  if (!/^(0|[1-9]\d{0,15})$/.test(text) || !Number.isSafeInteger(value)) throw new Malformed(`count ${text.slice(0, 40)}`);
  return value;
}

export function parseHashes(lines: readonly string[]): Uint8Array[] {
  return lines.map((line) => {
    const hash = fromBase64(line);
    if (hash.length !== 32) throw new Malformed('length of a hash');
    return hash;
  });
}
