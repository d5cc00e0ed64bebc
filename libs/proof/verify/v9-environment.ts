import { isObject, JSON_LIMIT, parseCanonical } from '../strict-json';
import type { Context } from './context';

const PATH = 'record/environment.json';
/** Checks of which a failure stops the work unless an officer decides otherwise (evidence-package.md section 11, in bold). */
const MANDATORY = new Set(['E01', 'E02', 'E04', 'E05', 'E06', 'E09', 'E10', 'E12', 'E15', 'E16']);

/** The verdict follows from the checks, and the manifest tells the same one. */
export async function verifyEnvironment(ctx: Context): Promise<void> {
  if (!ctx.files.has(PATH)) return;
  try {
    const value = parseCanonical((await ctx.read(PATH, JSON_LIMIT)) ?? new Uint8Array());
    const record = isObject(value) ? value : {};
    const checks = [record.before, record.after].flatMap((list) => (Array.isArray(list) ? list.filter(isObject) : []));
    const results = checks.map(({ id, result }) => ({ id: String(id), result: String(result) }));
    const verdict = verdictOf(results);
    const failed = [...new Set(results.filter(({ result }) => result === 'fail').map(({ id }) => id))].sort();
    const { environment } = ctx.manifest ?? {};
    if (record.verdict !== verdict) ctx.say('V9', 'ENV_VERDICT', PATH, `says ${String(record.verdict)}, checks give ${verdict}`);
    const told = environment && [...environment.failed].sort().join(' ');
    if (environment?.verdict !== verdict || told !== failed.join(' '))
      ctx.say('V9', 'ENV_VERDICT', 'MANIFEST.json#/environment', `checks give ${verdict}`);
  } catch {
    ctx.say('V9', 'ENV_VERDICT', PATH, 'can not be read');
  }
}

function verdictOf(results: { id: string; result: string }[]): string {
  if (results.some(({ id, result }) => result === 'fail' && MANDATORY.has(id))) return 'fail';
  return results.some(({ result }) => result === 'fail' || result === 'warn') ? 'warn' : 'clean';
}
