import { DER_LIMIT } from '../tsp/token';
import { type AcceptedToken, TokenFault, verifyToken } from '../tsp/verify-token';
import { NOTE_LIMIT } from '../note/note';
import { JSON_LIMIT } from '../strict-json';
import type { Context } from './context';
import type { StepId } from './report';

const STAMP = /^proofs\/manifest\.[a-z0-9]+\.tsr$/;
const PRE_TOKEN = 'record/before/pre.tsr';
const REQUEST = 'record/request.json';
const STAMP_LIMIT = 32;
const MATERIAL_LIMIT = 64;

/** Opens the tokens over MANIFEST.sig. Comes before V3, because a token may date a signature by a key that was revoked later. */
export async function openStamps(ctx: Context): Promise<void> {
  const stamped = await ctx.readOrNull('MANIFEST.sig', NOTE_LIMIT);
  if (!stamped) return;
  const paths = [...ctx.files.keys()].filter((name) => STAMP.test(name)).sort();
  // Two are usual. Thousands would cost minutes and prove no more.
  if (paths.length > STAMP_LIMIT) return ctx.say('V4', 'TST_FORMAT', 'MANIFEST.sig', `more than ${STAMP_LIMIT} tokens`);
  for (const path of paths) {
    const token = await openToken(ctx, 'V4', path, stamped);
    if (token) ctx.tokens.set(path, token);
  }
}

/** The moment before which MANIFEST.sig existed by the word of an outside authority. */
export function datedBefore(ctx: Context): string | null {
  const outside = [...ctx.tokens.values()].filter((token) => !token.tsa.internal).map((token) => token.genTime);
  return outside.sort()[0] ?? null;
}

/** Enough stamps, in the right order of time. Whether they are still good now is asked with the renewals (V8). */
export async function verifyStamps(ctx: Context): Promise<void> {
  if (!ctx.files.has('MANIFEST.sig')) return;
  ctx.done.add('V4');
  for (const [path, token] of ctx.tokens) verifyAfter(ctx, path, token);
  if (ctx.manifest?.notBefore?.preToken) await verifyBefore(ctx);
  tellLateness(ctx);
  const outside = [...ctx.tokens.values()].filter((token) => !token.tsa.internal).length;
  if (outside >= Math.max(1, ctx.bundle.policy.tokens)) return;
  const internal = ctx.tokens.size - outside;
  if (internal > 0) ctx.say('V4', 'TST_INTERNAL', 'MANIFEST.sig', `${internal} internal, ${outside} outside`, 'indeterminate');
  else if (![...ctx.files.keys()].some((path) => STAMP.test(path)) || outside > 0) {
    ctx.say('V4', 'TST_MISSING', 'MANIFEST.sig', `${outside} of ${Math.max(1, ctx.bundle.policy.tokens)}`, 'indeterminate');
  }
}

/** A token of the package, or null with the reason said. */
export async function openToken(ctx: Context, step: StepId, path: string, stamped: Uint8Array): Promise<AcceptedToken | null> {
  try {
    const response = await ctx.read(path, DER_LIMIT);
    if (!response) return null;
    ctx.material ??= await materialOf(ctx);
    const token = verifyToken(response, { stamped, tsa: ctx.bundle.tsa, material: ctx.material, chains: ctx.chains });
    tellUnlooked(ctx, path, token);
    return token;
  } catch (error) {
    const fault = error instanceof TokenFault ? error : new TokenFault('TST_FORMAT', (error as Error).message);
    ctx.say(step, fault.code, path, fault.detail, fault.code === 'TST_UNTRUSTED' ? 'indeterminate' : 'failed');
    return null;
  }
}

/** Of a stamp from outside: that it was not revoked is then not known, only not contradicted. What is inside stands in the bundle. */
function tellUnlooked(ctx: Context, path: string, { tsa, unlooked }: AcceptedToken): void {
  const isTold = ctx.findings.some(({ code, subject }) => code === 'REVOCATION_UNKNOWN' && subject === path);
  if (unlooked.length > 0 && !tsa.internal && !isTold) ctx.note('REVOCATION_UNKNOWN', path, unlooked.join(' '));
}

/** A chain needs a handful of certificates and lists; what a package holds beyond that is not read, as if it were not there. */
export async function materialOf(ctx: Context): Promise<Uint8Array[]> {
  const found: Uint8Array[] = [];
  for (const path of [...ctx.files.keys()].filter((name) => name.startsWith('trust/')).slice(0, MATERIAL_LIMIT)) {
    const bytes = await ctx.readOrNull(path, DER_LIMIT);
    if (bytes) found.push(bytes);
  }
  return found;
}

function skewOf(ctx: Context, token: AcceptedToken): number {
  return token.accuracyMs + (ctx.manifest?.time.clock.uncertaintyMs ?? 0) + 1000;
}

function verifyAfter(ctx: Context, path: string, token: AcceptedToken): void {
  const finishedAt = ctx.manifest?.time.finishedAt;
  if (finishedAt && Date.parse(finishedAt) > Date.parse(token.genTime) + skewOf(ctx, token)) {
    ctx.say('V4', 'TIME_ORDER', path, `stamped ${token.genTime}, finished ${finishedAt}`);
  }
}

async function verifyBefore(ctx: Context): Promise<void> {
  const request = await ctx.readOrNull(REQUEST, JSON_LIMIT);
  if (!request || !ctx.manifest || !ctx.files.has(PRE_TOKEN)) return;
  const token = await openToken(ctx, 'V4', PRE_TOKEN, request);
  const { startedAt } = ctx.manifest.time;
  if (token && Date.parse(token.genTime) > Date.parse(startedAt) + skewOf(ctx, token)) {
    ctx.say('V4', 'TIME_ORDER', PRE_TOKEN, `stamped ${token.genTime}, started ${startedAt}`);
  }
}

function tellLateness(ctx: Context): void {
  const first = [...ctx.tokens.values()].map((token) => token.genTime).sort()[0];
  if (!first || !ctx.manifest) return;
  const delayMs = Date.parse(first) - Date.parse(ctx.manifest.time.finishedAt);
  if (delayMs > ctx.bundle.policy.maxLateMinutes * 60_000)
    ctx.note('LATE_STAMP', 'MANIFEST.sig', `${Math.ceil(delayMs / 1000)} s`);
}
