import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(__dirname, '../../../..');
/** Packages and trust bundles that stay in the repository. */
export const GOLDEN = join(ROOT, 'testdata/evidence');

/** The folder that the build makes for visitors, made anew: a test must not look at what an earlier build left. */
export function builtVerifier(): string {
  const folder = mkdtempSync(join(tmpdir(), 'verifier-'));
  execFileSync(process.execPath, [join(ROOT, 'scripts/bundle-verifier.mjs'), folder], { stdio: 'pipe' });
  return folder;
}
