import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, extname, isAbsolute, join } from 'node:path';
import { machine } from '../capture.config';
import { fileDigest } from './executable';

/** Where fontconfig looks without a configuration of ours. A folder of the user's is in the profile, which is new. */
const FOLDERS = ['/usr/share/fonts', '/usr/local/share/fonts'];
const KINDS = new Set(['.ttf', '.otf', '.ttc', '.otc', '.pfb', '.pfa', '.pcf', '.woff', '.woff2']);

/**
 * One digest for all fonts that a browser started now can draw with, or null when there is none: SHA-256 over the SHA-256 of each font file,
 * lower-case hex, each once, sorted, each followed by a line feed. Names and places do not enter, so the same fonts give the same digest on
 * every machine. A file that has not been touched is not read again by this process.
 */
export async function fontsDigest(configuration = machine.fontconfig()): Promise<string | null> {
  const folders = configuration ? await foldersIn(configuration) : FOLDERS;
  const sums = new Set<string>();
  for (const folder of folders) for (const file of await fontFiles(folder)) sums.add(await fileDigest(file));
  if (sums.size === 0) return null;
  const lines = [...sums].sort().map((sum) => `${sum}\n`);
  return createHash('sha256').update(lines.join('')).digest('hex');
}

/** `dir` elements of a fontconfig file; one that is marked relative begins where the file lies. */
async function foldersIn(file: string): Promise<string[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return [...text.matchAll(/<dir(?:\s[^>]*)?>([^<]+)<\/dir>/g)].map(([, path]) => {
    const folder = path!.trim();
    return isAbsolute(folder) ? folder : join(dirname(file), folder);
  });
}

async function fontFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => []);
  return entries
    .filter(
      (entry) => (entry.isFile() || entry.isSymbolicLink()) && KINDS.has(extname(entry.name.replace(/\.gz$/i, '')).toLowerCase()),
    )
    .map((entry) => join(entry.parentPath, entry.name));
}
