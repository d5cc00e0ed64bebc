import { textOf } from '../bytes';
import { verifyConsistency } from '../log/merkle';
import { type ConsistencyStep, parseConsistency } from '../log/proofs';
import { NOTE_LIMIT } from '../note/note';
import type { AcceptedToken } from '../tsp/verify-token';
import type { Context, SeenHead } from './context';
import { openLogCheckpoint, sameHead } from './log-keys';
import type { Effect } from './report';
import { datedBefore, openToken } from './v4-stamps';
import { isStillGood } from './v8-renewals';

const BEFORE = 'record/before/checkpoint.txt';
const STEPS = 'proofs/consistency.txt';
const TOKEN = 'proofs/checkpoint.tsr';
const SUPPLIED = 'supplied checkpoint';

/** All heads that can be seen are heads of one growing log, and somebody outside of the agency knows one that holds this package. */
export async function verifyAnchors(ctx: Context): Promise<void> {
  if (!ctx.manifest || ctx.heads.length === 0) return;
  ctx.done.add('V7');
  const { ledger } = ctx.manifest.agency;
  const supplied = suppliedSteps(ctx);
  const chain = await openChain(
    ctx,
    ledger,
    supplied.flatMap((entry) => entry.steps),
  );
  for (const head of ctx.heads) compareWithChain(ctx, head, chain);
  const held = supplied
    .flatMap((entry) => (entry.note ? [openLogCheckpoint(ctx, 'V7', SUPPLIED, entry.note, ledger)] : []))
    .filter((head) => head !== null)
    .map((head) => ({ ...head, isSupplied: true }));
  for (const head of held) compareWithChain(ctx, head, chain, 'indeterminate');
  const later = laterThanFixed(ctx, chain);
  const token = await openCheckpointToken(ctx, later);
  await verifyWitnesses(ctx, later, held, token);
  verifyKeys(ctx, chain, held, token);
}

/** A supplied file is a checkpoint, or steps of consistency with checkpoints as `export-checkpoint` writes them. */
function suppliedSteps(ctx: Context): { note: Uint8Array | null; steps: ConsistencyStep[] }[] {
  return ctx.options.checkpoints.map((bytes) => {
    try {
      if (!textOf(bytes).startsWith('old ')) return { note: bytes, steps: [] };
      const steps = parseConsistency(bytes);
      return { note: steps.at(-1)?.checkpoint ?? null, steps };
    } catch (error) {
      ctx.say('V7', 'CONSISTENCY', SUPPLIED, (error as Error).message);
      return { note: null, steps: [] };
    }
  });
}

/** Heads in order of size, each proved to grow out of the one before. */
async function openChain(ctx: Context, origin: string, more: ConsistencyStep[]): Promise<SeenHead[]> {
  const chain: SeenHead[] = [];
  const start = (await openBefore(ctx, origin)) ?? ctx.heads[0];
  if (start) chain.push(start);
  const own = await openSteps(ctx);
  for (const [i, step] of [...own, ...more].entries()) {
    const opened = openLogCheckpoint(ctx, 'V7', STEPS, step.checkpoint, origin);
    const older = chain.find((head) => head.checkpoint.size === step.old);
    if (!opened) continue;
    const newer = { ...opened, isSupplied: i >= own.length, from: older ?? null };
    if (!older || !verifyConsistency('sha256', older.checkpoint, newer.checkpoint, step.hashes)) {
      const split = older?.checkpoint.size === newer.checkpoint.size && !sameHead(older.checkpoint, newer.checkpoint);
      ctx.say('V7', split ? 'SPLIT_VIEW' : 'CONSISTENCY', STEPS, `${step.old} to ${newer.checkpoint.size}`);
    } else if (newer.checkpoint.size > older.checkpoint.size) chain.push(newer);
  }
  return chain;
}

async function openBefore(ctx: Context, origin: string): Promise<SeenHead | null> {
  const { notBefore } = ctx.manifest!;
  const note = notBefore && (await ctx.readOrNull(BEFORE, NOTE_LIMIT));
  if (!note) return null;
  const head = openLogCheckpoint(ctx, 'V7', BEFORE, note, origin);
  const said = {
    origin: notBefore.origin,
    size: notBefore.size,
    root: Uint8Array.from(atob(notBefore.root), (char) => char.charCodeAt(0)),
  };
  if (head && (said.origin !== origin || !sameHead(head.checkpoint, said)))
    ctx.say('V7', 'CONSISTENCY', BEFORE, 'is not the one of the manifest');
  return head;
}

async function openSteps(ctx: Context): Promise<ConsistencyStep[]> {
  try {
    const bytes = await ctx.read(STEPS, NOTE_LIMIT);
    return bytes ? parseConsistency(bytes) : [];
  } catch (error) {
    ctx.say('V7', 'CONSISTENCY', STEPS, (error as Error).message);
    return [];
  }
}

function compareWithChain(
  ctx: Context,
  head: SeenHead,
  chain: SeenHead[],
  unproved: 'failed' | 'indeterminate' = 'failed',
): void {
  const twin = chain.find((other) => other.checkpoint.size === head.checkpoint.size);
  if (!twin) ctx.say('V7', 'CONSISTENCY', head.path, `no proof for size ${head.checkpoint.size}`, unproved);
  else if (!sameHead(twin.checkpoint, head.checkpoint))
    ctx.say('V7', 'SPLIT_VIEW', head.path, `two roots for size ${head.checkpoint.size}`);
}

function laterThanFixed(ctx: Context, chain: SeenHead[]): SeenHead[] {
  const holding = Math.min(...ctx.heads.map((head) => head.checkpoint.size));
  return [...chain, ...ctx.heads].filter((head) => head.checkpoint.size >= holding);
}

async function verifyWitnesses(ctx: Context, later: SeenHead[], held: SeenHead[], token: CheckpointToken | null): Promise<void> {
  const witnesses = new Set(later.flatMap((head) => head.witnesses));
  const quorum = ctx.bundle.policy.witnesses > 0 && witnesses.size >= ctx.bundle.policy.witnesses;
  const isHeld = held.some((head) => later.some((other) => sameHead(head.checkpoint, other.checkpoint)));
  const stamped = token !== null && (await isStillGood(ctx, TOKEN, token.token));
  if (!quorum && !isHeld && !stamped)
    ctx.say('V7', 'WITNESS_QUORUM', STEPS, `${witnesses.size} of ${ctx.bundle.policy.witnesses}`, 'indeterminate');
}

interface CheckpointToken {
  head: SeenHead;
  token: AcceptedToken;
}

/** An outside token over the newest checkpoint of the package. */
async function openCheckpointToken(ctx: Context, later: readonly SeenHead[]): Promise<CheckpointToken | null> {
  const own = later.filter(({ isSupplied }) => !isSupplied);
  const [first] = own;
  if (!ctx.files.has(TOKEN) || !first) return null;
  const head = own.reduce((a, b) => (b.checkpoint.size > a.checkpoint.size ? b : a), first);
  const token = await openToken(ctx, 'V7', TOKEN, head.note);
  return token && !token.tsa.internal ? { head, token } : null;
}

/**
 * A head that only a revoked key signed counts when it is dated before, or when it grew into one that counts without that key: the log
 * goes on under its next key. Of the SM3 tree there is one head and no chain; it counts with the SHA-256 head of its size, of the same signing.
 */
function verifyKeys(ctx: Context, chain: SeenHead[], held: SeenHead[], token: CheckpointToken | null): void {
  const all = [...chain, ...ctx.heads, ...held];
  const signedAt = datedBefore(ctx);
  const datesOf = (head: SeenHead): (string | null)[] => [
    token && sameHead(token.head.checkpoint, head.checkpoint) ? token.token.genTime : null,
    // Stands in the manifest.
    head.path === BEFORE ? signedAt : null,
  ];
  const counts = (head: SeenHead): boolean =>
    all.some(
      (later) =>
        grewOutOf(later, head, chain) &&
        (!later.revoked || datesOf(later).some((at) => at !== null && at < head.revoked!.invalidFrom)),
    );
  for (const head of all) if (head.revoked && !counts(head)) tellRevoked(ctx, head, head.isSupplied ? 'indeterminate' : 'failed');
  for (const head of ctx.sm3Heads) {
    const twins = ctx.heads.filter(({ checkpoint }) => checkpoint.size === head.checkpoint.size);
    if (head.revoked && !twins.some((twin) => !twin.revoked || counts(twin))) tellRevoked(ctx, head, 'failed');
  }
}

function tellRevoked(ctx: Context, { step, path, revoked }: SeenHead, effect: Effect): void {
  ctx.say(step, 'KEY_REVOKED', path, revoked!.reason, effect);
}

function grewOutOf(later: SeenHead, head: SeenHead, chain: readonly SeenHead[]): boolean {
  const twin = chain.find(({ checkpoint }) => sameHead(checkpoint, later.checkpoint));
  for (let at: SeenHead | null = twin ?? later; at; at = at.from) if (sameHead(at.checkpoint, head.checkpoint)) return true;
  return false;
}
