import { isObject, JSON_LIMIT, parseCanonical } from '../strict-json';
import type { Context } from './context';

export const ENVIRONMENT = 'record/environment.json';
/** Checks of which a failure stops the work unless an officer decides otherwise (evidence-package.md section 11, in bold). */
const MANDATORY = new Set(['E01', 'E02', 'E04', 'E05', 'E06', 'E09', 'E10', 'E12', 'E15', 'E16']);

/** As above, and E13 (fault F28): with one of them failed nothing is made without an officer's word. */
const STOPPING = new Set([...MANDATORY, 'E13']);
const RESULTS = new Set(['pass', 'warn', 'fail', 'na']);
const BEFORE = Array.from({ length: 15 }, (_, n) => `E${String(n + 1).padStart(2, '0')}`);
/** E16 says that what was looked at before is the same after. */
const AFTER = [...BEFORE, 'E16'];

/** All checks were made, before and after; the verdict follows from them, and the manifest tells the same one. */
export async function verifyEnvironment(ctx: Context): Promise<void> {
  if (!ctx.files.has(ENVIRONMENT)) {
    // A manifest that tells of a verdict stands on a record of it; this one may not be withheld.
    if (ctx.manifest?.kind === 'web_capture') ctx.say('V9', 'ENV_VERDICT', ENVIRONMENT, 'no record of the checks');
    return;
  }
  try {
    const value = parseCanonical((await ctx.read(ENVIRONMENT, JSON_LIMIT)) ?? new Uint8Array());
    const record = isObject(value) ? value : {};
    const [before, after] = [record.before, record.after].map(resultsOf);
    const results = [...before!, ...after!];
    const gap = gapIn(before!, BEFORE) ?? gapIn(after!, AFTER);
    if (gap !== null) ctx.say('V9', 'ENV_VERDICT', ENVIRONMENT, gap);
    const verdict = verdictOf(results);
    const failed = [...new Set(results.filter(({ result }) => result === 'fail').map(({ id }) => id))].sort();
    const { environment } = ctx.manifest ?? {};
    if (record.verdict !== verdict)
      ctx.say('V9', 'ENV_VERDICT', ENVIRONMENT, `says ${String(record.verdict)}, checks give ${verdict}`);
    const told = environment && [...environment.failed].sort().join(' ');
    if (environment?.verdict !== verdict || told !== failed.join(' '))
      ctx.say('V9', 'ENV_VERDICT', 'MANIFEST.json#/environment', `checks give ${verdict}`);
    const stopping = failed.filter((id) => STOPPING.has(id));
    if (stopping.length > 0 && !environment?.overrideBy)
      ctx.say('V9', 'ENV_VERDICT', 'MANIFEST.json#/environment/overrideBy', `${stopping.join(' ')} failed and nobody decided`);
  } catch {
    ctx.say('V9', 'ENV_VERDICT', ENVIRONMENT, 'can not be read');
  }
}

interface Result {
  id: string;
  result: string;
}

function resultsOf(list: unknown): Result[] {
  const checks = Array.isArray(list) ? list.filter(isObject) : [];
  return checks.map(({ id, result }) => ({ id: String(id), result: String(result) }));
}

/** What is wrong with a list of checks; a check that was left out could have been the one that failed. */
function gapIn(results: Result[], wanted: string[]): string | null {
  const ids = results.map(({ id }) => id).sort();
  if (ids.join(' ') !== wanted.join(' ')) return `checks are ${ids.join(' ') || 'none'}`;
  const odd = results.find(({ result }) => !RESULTS.has(result));
  return odd ? `result of ${odd.id}` : null;
}

function verdictOf(results: Result[]): string {
  if (results.some(({ id, result }) => result === 'fail' && MANDATORY.has(id))) return 'fail';
  return results.some(({ result }) => result === 'fail' || result === 'warn') ? 'warn' : 'clean';
}
