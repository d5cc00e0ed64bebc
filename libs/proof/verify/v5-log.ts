import { equalBytes } from '../bytes';
import { digestsOf } from '../digests';
import { ENTRY_BYTES_LIMIT, parseEntry } from '../log/entry';
import { leafHash, type TreeHash, verifyInclusion } from '../log/merkle';
import { parseTlogProof, type TlogProof } from '../log/proofs';
import { NOTE_LIMIT } from '../note/note';
import { jsonBytes } from '../strict-json';
import type { Context, CustodyRecord, SeenHead } from './context';
import { openLogCheckpoint } from './log-keys';
import type { StepId } from './report';

const ENTRY = 'proofs/fixation.entry.json';

/** The ledger holds an entry that names this manifest, in both trees. */
export async function verifyLogged(ctx: Context): Promise<void> {
  if (!ctx.manifest) return;
  ctx.done.add('V5');
  if (!ctx.files.has(ENTRY)) return ctx.say('V5', 'LOG_ENTRY', ENTRY, 'no entry', 'indeterminate');
  const bytes = await ctx.readOrNull(ENTRY, ENTRY_BYTES_LIMIT);
  const record = ctx.custody.find((line) => bytes && equalBytes(line.bytes, bytes));
  if (!bytes || !isFixation(ctx, bytes)) return;
  if (!record) return ctx.say('V5', 'LOG_ENTRY', ENTRY, 'is not in proofs/custody.jsonl');
  verifyEvent(ctx, record);
  await verifyPlace(ctx, 'V5', record, 'sha256', 'proofs/fixation.tlog-proof');
  await verifyPlace(ctx, 'V5', record, 'sm3', 'proofs/fixation.sm3.tlog-proof');
}

/** The record lies where the proof says, in a checkpoint that the log signed. The head is kept for V7. */
export async function verifyPlace(
  ctx: Context,
  step: StepId,
  record: CustodyRecord,
  hash: TreeHash,
  path: string,
): Promise<void> {
  const proof = await openProof(ctx, step, path);
  if (!proof || !ctx.manifest) return;
  const { ledger } = ctx.manifest.agency;
  const head = openLogCheckpoint(ctx, step, path, proof.checkpoint, hash === 'sha256' ? ledger : `${ledger}/sm3`);
  if (!head) return;
  (hash === 'sha256' ? ctx.heads : ctx.sm3Heads).push(head);
  if (!isIncluded(record, hash, proof, head)) ctx.say(step, 'LOG_INCLUSION', path);
}

function isIncluded(record: CustodyRecord, hash: TreeHash, { index, hashes }: TlogProof, { checkpoint }: SeenHead): boolean {
  const leaf = leafHash(hash, record.bytes);
  return (
    index === record.idx && verifyInclusion(hash, { index, size: checkpoint.size, leaf, proof: hashes, root: checkpoint.root })
  );
}

async function openProof(ctx: Context, step: StepId, path: string): Promise<TlogProof | null> {
  try {
    const bytes = await ctx.read(path, NOTE_LIMIT);
    if (bytes) return parseTlogProof(bytes);
    ctx.say(step, 'LOG_INCLUSION', path, 'no proof', 'indeterminate');
  } catch (error) {
    ctx.say(step, 'LOG_INCLUSION', path, (error as Error).message);
  }
  return null;
}

function isFixation(ctx: Context, bytes: Uint8Array): boolean {
  try {
    const entry = parseEntry(bytes);
    if (entry.type === 'evidence.fixed' && entry.subject === ctx.manifest?.id) return true;
    ctx.say('V5', 'LOG_ENTRY', ENTRY, `${entry.type} of ${entry.subject}`);
  } catch (error) {
    ctx.say('V5', 'LOG_ENTRY', ENTRY, (error as Error).message);
  }
  return false;
}

/** The event behind the entry says which manifest and which signature were fixed. */
function verifyEvent(ctx: Context, { entry, event }: CustodyRecord): void {
  if (event === null) return ctx.say('V5', 'LOG_ENTRY', ENTRY, 'the event was erased', 'indeterminate');
  const manifest = ctx.files.get('MANIFEST.json');
  const body = digestsOf(jsonBytes(event));
  const same =
    body.sha256 === entry.body.sha256 &&
    body.sm3 === entry.body.sm3 &&
    event.manifestSha256 === manifest?.sha256 &&
    event.manifestSm3 === manifest?.sm3 &&
    event.sigSha256 === ctx.files.get('MANIFEST.sig')?.sha256;
  if (!same) ctx.say('V5', 'LOG_ENTRY', ENTRY, 'is of another manifest');
}
