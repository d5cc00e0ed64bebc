import { equalBytes } from '../bytes';
import { isObject, JSON_LIMIT, jsonBytes, parseCanonical } from '../strict-json';
import type { Context } from './context';

const PATH = 'record/request.json';
const EXCHANGES = 'record/exchanges.jsonl';

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

/**
 * Certificates that the browser refused and then passed over stand in the lines of their exchanges. Each is a finding and changes no
 * verdict; but that they were passed over is an officer's decision, and it stands in the request, from before they were met.
 */
export async function verifyCertificateErrors(ctx: Context, lines: readonly Record<string, unknown>[] | null): Promise<void> {
  const listed = ctx.manifest?.navigation?.tls?.errors ?? [];
  const met = new Map((lines ?? []).flatMap(errorsOf));
  if (met.size === 0) return;
  for (const [told, code] of met) if (!listed.includes(told) && !listed.includes(code)) ctx.note('TLS_ERROR', EXCHANGES, told);
  if (ctx.files.has(PATH) && !(await isDecided(ctx))) ctx.say('V9', 'CROSS_MISMATCH', PATH, 'tlsOverride');
}

/** As `host code`, the host with its port as the address has it. */
function errorsOf({ url, tls }: Record<string, unknown>): [told: string, code: string][] {
  const errors: unknown[] = isObject(tls) && Array.isArray(tls.errors) ? tls.errors : [];
  const host = /^[a-z]+:\/\/([^/?#]*)/.exec(String(url))?.[1] ?? '';
  return errors.filter((code) => typeof code === 'string').map((code) => [`${host} ${code}`, code]);
}

async function isDecided(ctx: Context): Promise<boolean> {
  try {
    const request = parseCanonical((await ctx.read(PATH, JSON_LIMIT)) ?? new Uint8Array());
    const { by, reason } = isObject(request) && isObject(request.tlsOverride) ? request.tlsOverride : {};
    return [by, reason].every((text) => typeof text === 'string' && text !== '');
  } catch {
    return false; // That it cannot be read was said.
  }
}

/** An officer decides that a failed check does not stop the work before the work begins, not when its outcome is known. */
function verifyOverride(ctx: Context, request: Record<string, unknown>): void {
  const { overrideBy: by, overrideReason: reason } = ctx.manifest?.environment ?? {};
  if (!by) return;
  const given = isObject(request.override) ? request.override : {};
  if (given.by !== by || given.reason !== reason) ctx.say('V9', 'CROSS_MISMATCH', PATH, 'override');
}
