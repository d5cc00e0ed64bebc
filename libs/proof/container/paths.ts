import { compareText } from '../bytes';

export const ENTRY_LIMIT = 20_000;
export const SEAL = 'SEAL';
const FIXED = new Set(['README.txt', 'MANIFEST.json', 'MANIFEST.sig', SEAL]);

/** Small letters, no dot files, no `..`, nothing a file system or a shell treats in its own way. */
export function isPackagePath(path: string): boolean {
  if (FIXED.has(path)) return true;
  const segments = path.split('/');
  return path.length <= 200 && segments.length <= 8 && segments.every((segment) => /^[a-z0-9][a-z0-9._-]{0,79}$/.test(segment));
}

/** Bytewise by path, SEAL last. */
export function compareEntries(a: string, b: string): number {
  if (a === SEAL || b === SEAL) return a === b ? 0 : a === SEAL ? 1 : -1;
  return compareText(a, b);
}

/** The first rule of paths that a list in container order breaks, or null. */
export function faultOfPaths(paths: readonly string[]): { path: string; fault: string } | null {
  if (paths.length > ENTRY_LIMIT) return { path: '', fault: `more than ${ENTRY_LIMIT} entries` };
  const seen = new Set<string>();
  for (const [i, path] of paths.entries()) {
    if (!isPackagePath(path)) return { path, fault: 'path not allowed' };
    if (seen.has(path.toLowerCase())) return { path, fault: 'path twice, or twice but for case' };
    if (i > 0 && compareEntries(paths[i - 1]!, path) >= 0) return { path, fault: 'not in container order' };
    seen.add(path.toLowerCase());
  }
  return null;
}
