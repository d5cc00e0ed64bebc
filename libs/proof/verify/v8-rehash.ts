import { toHex } from '../bytes';
import type { HashName } from '../primitives';
import { hasher } from '../primitives';
import { passingChunksOf } from '../source';
import { isObject } from '../strict-json';
import type { Context, PackageFile } from './context';

/** New digests of the content by another algorithm, made because the old one ends. */
export interface Rehash {
  algorithm: HashName;
  /** When the agency says that it read the content again, and where the ledger has it. */
  at: string;
  idx: number;
}

const STRONG: readonly string[] = ['sha256', 'sha384', 'sha512', 'sm3'];
const known = new WeakMap<Context, Promise<Rehash[]>>();

/** Events `evidence.rehashed` of the chain whose digests are those of the files that lie here: manifest, its signature and all it lists. */
export function rehashesOf(ctx: Context): Promise<Rehash[]> {
  const found = known.get(ctx) ?? findRehashes(ctx);
  known.set(ctx, found);
  return found;
}

async function findRehashes(ctx: Context): Promise<Rehash[]> {
  const found: Rehash[] = [];
  const digests = new Map<string, string>();
  for (const { entry, event, idx } of ctx.custody) {
    const algorithm = event?.algorithm;
    if (entry.type !== 'evidence.rehashed' || typeof algorithm !== 'string' || !STRONG.includes(algorithm)) continue;
    if (await isOfTheseFiles(ctx, event!, algorithm as HashName, digests))
      found.push({ algorithm: algorithm as HashName, at: entry.at, idx });
  }
  return found;
}

async function isOfTheseFiles(
  ctx: Context,
  { manifest, files }: Record<string, unknown>,
  algorithm: HashName,
  digests: Map<string, string>,
): Promise<boolean> {
  const listed = (Array.isArray(files) ? files : []).filter(isObject);
  const told = new Map<unknown, unknown>([
    ['MANIFEST.json', manifest],
    ...listed.map(({ path, digest }): [unknown, unknown] => [path, digest]),
  ]);
  for (const path of ['MANIFEST.json', 'MANIFEST.sig', ...(ctx.manifest?.files ?? []).map((file) => file.path)]) {
    const file = ctx.files.get(path);
    // What a copy leaves out has to be in the list; what the list says of it only the whole package can show.
    if (!told.has(path)) return false;
    if (!file) continue;
    const key = `${algorithm} ${path}`;
    const own = digests.get(key) ?? (await digestOf(file, algorithm));
    digests.set(key, own);
    if (told.get(path) !== own) return false;
  }
  return true;
}

async function digestOf(file: PackageFile, algorithm: HashName): Promise<string> {
  if (algorithm === 'sha256' || algorithm === 'sm3') return file[algorithm];
  const hash = hasher(algorithm);
  for await (const chunk of passingChunksOf(file.source)) hash.update(chunk);
  return toHex(hash.digest());
}
