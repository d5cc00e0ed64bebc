import { equalBytes } from '../bytes';
import { isObject, JSON_LIMIT, jsonBytes, parseCanonical } from '../strict-json';
import type { Context } from './context';

const PATH = 'record/request.json';

/**
 * What was asked before anything was done is what the manifest says was asked: address, purpose, case, officers. The ledger knows the
 * digest of this file from before the work began (V6), so nothing of it can be chosen afterwards. A field that the request has not is not compared.
 */
export async function verifyRequest(ctx: Context): Promise<void> {
  const { manifest } = ctx;
  if (!manifest || !ctx.files.has(PATH)) return;
  try {
    const request = parseCanonical((await ctx.read(PATH, JSON_LIMIT)) ?? new Uint8Array());
    if (!isObject(request)) return ctx.say('V9', 'CROSS_MISMATCH', PATH, 'is no object');
    const { id, kind, makers, place, case: about, request: asked } = manifest;
    const said: Record<string, unknown> = {
      id,
      kind,
      makers,
      place,
      jobId: asked.jobId,
      url: asked.urlTyped,
      purpose: asked.purpose,
      profile: asked.profile,
      requestedAt: asked.requestedAt,
      caseRef: about.ref,
      clue: about.clue,
      factToProve: about.factToProve,
    };
    for (const [key, value] of Object.entries(said)) {
      const differs = Object.hasOwn(request, key) && !equalBytes(jsonBytes(request[key]), jsonBytes(value));
      if (differs) ctx.say('V9', 'CROSS_MISMATCH', PATH, key);
    }
    verifyOverride(ctx, request);
  } catch (error) {
    ctx.say('V9', 'CROSS_MISMATCH', PATH, (error as Error).message);
  }
}

/** An officer decides that a failed check does not stop the work before the work begins, not when its outcome is known. */
function verifyOverride(ctx: Context, request: Record<string, unknown>): void {
  const { overrideBy: by, overrideReason: reason } = ctx.manifest?.environment ?? {};
  if (!by) return;
  const given = isObject(request.override) ? request.override : {};
  if (given.by !== by || given.reason !== reason) ctx.say('V9', 'CROSS_MISMATCH', PATH, 'override');
}
