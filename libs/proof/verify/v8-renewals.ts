import { toBase64 } from '../bytes';
import { digestsOf, type Digests } from '../digests';
import { exactly, listOf, misfit, type JsonSchema } from '../schema';
import { JSON_LIMIT, parseCanonical } from '../strict-json';
import { DER_LIMIT } from '../tsp/token';
import type { AcceptedToken } from '../tsp/verify-token';
import type { Context } from './context';
import { openToken } from './v4-stamps';
import { rehashesOf } from './v8-rehash';

/** After RFC 4998: a new stamp over all earlier stamps, made while they were still good. */
export interface RenewalStatement {
  v: 1;
  /** 1, 2, 3 … of the log; a package has those since its fixation, without a gap. */
  n: number;
  origin: string;
  checkpoint: { size: number; root: string; rootSm3: string };
  /** Digests of every earlier token and statement that this one keeps alive. */
  covers: Digests[];
  /** Digest of the token's imprint. */
  algorithm: string;
}

const text: JsonSchema = { type: 'string', minLength: 1 };
const hex: JsonSchema = { type: 'string', pattern: '^[0-9a-f]{64}$' };
const statementSchema = exactly({
  v: { const: 1 },
  n: { type: 'integer', minimum: 1 },
  origin: text,
  checkpoint: exactly({ size: { type: 'integer', minimum: 0 }, root: text, rootSm3: text }),
  covers: listOf(exactly({ sha256: hex, sm3: hex }), 1),
  algorithm: text,
});

interface Renewal {
  statement: RenewalStatement;
  token: AcceptedToken;
}

/** Tokens are good at the asked moment: by themselves, or because a renewal came in time. */
export async function verifyRenewals(ctx: Context): Promise<void> {
  if (ctx.tokens.size === 0) return;
  ctx.done.add('V8');
  const renewals = await openRenewals(ctx);
  const at = ctx.options.at.toISOString();
  const lives = new Map<string, Life>();
  for (const [path, token] of ctx.tokens) lives.set(path, await lifeOf(ctx, path, token, renewals, at));
  // One stamp that is still good is enough; the others are older proof of the same. A stamp of our own does not stand for one from outside.
  const outside = [...lives].filter(([path]) => !ctx.tokens.get(path)!.tsa.internal);
  const counted = outside.length > 0 ? outside : [...lives];
  if (counted.some(([, life]) => life.late === null && life.end >= at)) return;
  for (const [path, { end, late }] of counted) {
    if (late !== null) ctx.say('V8', 'RENEWAL_LATE', path, late, 'indeterminate');
    else ctx.say('V4', 'TST_EXPIRED', path, `good until ${end}`, 'indeterminate');
  }
}

interface Life {
  end: string;
  /** Why what was done came too late, or null. */
  late: string | null;
}

/** How long a token is good: to the end of its certificate and its digest, and on through each renewal that covers it in time. */
async function lifeOf(ctx: Context, path: string, token: AcceptedToken, renewals: Renewal[], at: string): Promise<Life> {
  const bytes = await ctx.readOrNull(path, DER_LIMIT);
  const own = bytes && digestsOf(bytes);
  let end = ownEnd(ctx, token);
  let late: string | null = null;
  for (const { statement, token: later } of renewals) {
    // Whoever holds our own authority could date anything back: it keeps nothing alive that is to be proved from outside.
    if (later.tsa.internal && !token.tsa.internal) continue;
    if (!own || end >= at || !isCovered(statement, own)) continue;
    if (later.genTime > end) late = `ended ${end}, renewed ${later.genTime}`;
    else end = ownEnd(ctx, later);
  }
  // A digest that ended takes the digests of the content with it: they have to be made anew, not only stamped anew.
  const covering = renewals.filter(({ statement }) => own && isCovered(statement, own));
  if (isWeak(ctx, token.algorithm, at) && !(await wasRehashed(ctx, token.algorithm, covering)))
    late = `${token.algorithm} ended, no new digests`;
  return { end, late };
}

function isCovered({ covers }: RenewalStatement, own: Digests): boolean {
  return covers.some((covered) => covered.sha256 === own.sha256 && covered.sm3 === own.sm3);
}

function ownEnd(ctx: Context, token: AcceptedToken): string {
  const algorithm = ctx.bundle.algorithms[token.algorithm];
  return algorithm !== undefined && algorithm < token.signerNotAfter ? algorithm : token.signerNotAfter;
}

function isWeak(ctx: Context, algorithm: string, at: string): boolean {
  const end = ctx.bundle.algorithms[algorithm];
  return end !== undefined && end < at;
}

/**
 * While the digest still held, the content got digests of another kind, and a renewal after that dates them: its checkpoint has the entry, and
 * its token comes before the end. When the new kind has ended as well, the same holds of it.
 */
async function wasRehashed(ctx: Context, weak: string, covering: Renewal[], ended: readonly string[] = []): Promise<boolean> {
  const end = ctx.bundle.algorithms[weak]!;
  for (const { algorithm, at, idx } of await rehashesOf(ctx)) {
    if (algorithm === weak || ended.includes(algorithm) || at > end) continue;
    const isDated = covering.some(
      ({ statement, token }) => idx < statement.checkpoint.size && token.genTime <= end && token.algorithm !== weak,
    );
    if (!isDated) continue;
    const isOver = isWeak(ctx, algorithm, ctx.options.at.toISOString());
    if (!isOver || (await wasRehashed(ctx, algorithm, covering, [...ended, weak]))) return true;
  }
  return false;
}

/** Whether a token that does not stand over the manifest is good at the asked moment. */
export async function isStillGood(ctx: Context, path: string, token: AcceptedToken): Promise<boolean> {
  const at = ctx.options.at.toISOString();
  const { end, late } = await lifeOf(ctx, path, token, await openRenewals(ctx), at);
  return late === null && end >= at;
}

const opened = new WeakMap<Context, Renewal[]>();

async function openRenewals(ctx: Context): Promise<Renewal[]> {
  const known = opened.get(ctx);
  if (known) return known;
  const folders = [...ctx.files.keys()]
    .flatMap((path) => /^proofs\/renewals\/(\d{4})\/statement\.json$/.exec(path)?.[1] ?? [])
    .sort();
  const renewals: Renewal[] = [];
  const first = Number(folders[0] ?? 1);
  for (const [i, folder] of folders.entries()) {
    const renewal = await openRenewal(ctx, `proofs/renewals/${folder}`, first + i);
    if (renewal) renewals.push(renewal);
  }
  opened.set(ctx, renewals);
  return renewals;
}

async function openRenewal(ctx: Context, folder: string, n: number): Promise<Renewal | null> {
  const path = `${folder}/statement.json`;
  try {
    const bytes = await ctx.read(path, JSON_LIMIT);
    const value = parseCanonical(bytes ?? new Uint8Array());
    const pointer = misfit(value, statementSchema);
    const statement = value as RenewalStatement;
    if (pointer !== null || statement.n !== n || statement.origin !== ctx.manifest?.agency.ledger) {
      ctx.say('V8', 'RENEWAL_BROKEN', path, pointer ?? `renewal ${statement.n} of ${statement.origin}`);
      return null;
    }
    const { size, root } = statement.checkpoint;
    const twin = ctx.heads.find(({ checkpoint }) => checkpoint.size === size);
    if (twin && toBase64(twin.checkpoint.root) !== root) {
      ctx.say('V8', 'RENEWAL_BROKEN', path, `another root for size ${size}`);
      return null;
    }
    const token = await openToken(ctx, 'V8', `${folder}/token.tsr`, bytes!);
    if (token && token.algorithm === statement.algorithm) return { statement, token };
    ctx.say('V8', 'RENEWAL_BROKEN', path, 'no token over this statement');
  } catch (error) {
    ctx.say('V8', 'RENEWAL_BROKEN', path, (error as Error).message);
  }
  return null;
}
