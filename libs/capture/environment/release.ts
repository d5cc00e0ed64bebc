import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { fileDigest } from '../chromium/executable';
import { finding, type Finding } from './finding';

/** `release.json`: what a build says it made. `npm run build` writes the code's part; who builds an image adds the other two. */
export interface ReleaseRecord {
  schema: 'release/1';
  /** Lower-case hex SHA-256 of each program file, by path from the folder of the record, `/` between names. */
  code: Record<string, string>;
  browserSha256: string | null;
  imageSha256: string | null;
}

export interface ReleaseSettings {
  /** Path of the record; null for the one beside the built code. */
  record: string | null;
  /** Browser of the release by configuration; goes before the record's. */
  browserSha256: string | null;
  /** What this process was told that its image is. Nobody inside a container can take the digest of it. */
  imageSha256: string | null;
}

const EXPECTED = 'code, browser and image equal the release record';
const BESIDE = join(__dirname, '..', '..', '..', 'release.json');
const HEX = /^[0-9a-f]{64}$/;

/**
 * E01. Code: every program file in the recorded folders, by digest, none missing and none added. Browser: digest of the program file.
 * Image: the stated digest. `pass` only when all that a record can hold was recorded and equal; a part without a record is a warning.
 */
export async function releaseCheck(browserSha256: string, settings: ReleaseSettings): Promise<Finding> {
  const path = settings.record ?? BESIDE;
  const bytes = await readFile(path).catch(() => null);
  if (bytes === null && settings.record !== null)
    return finding('fail', EXPECTED, 'the configured release record cannot be read', browserSha256);
  const record = bytes === null ? null : parsed(bytes);
  if (record === 'malformed') return finding('fail', EXPECTED, 'the release record is malformed', browserSha256);
  const wanted = { browser: settings.browserSha256 ?? record?.browserSha256 ?? null, image: record?.imageSha256 ?? null };
  if (record === null && wanted.browser === null)
    return finding('na', EXPECTED, 'no release record; digest of the browser stated', browserSha256);
  const code = record === null ? null : await differences(dirname(path), record.code);
  const same = {
    code: code && code.length === 0,
    browser: wanted.browser && wanted.browser === browserSha256,
    image: wanted.image && wanted.image === settings.imageSha256,
  };
  const told = [
    record && bytes ? `record sha256 ${createHash('sha256').update(bytes).digest('hex')}` : 'no record of the code',
    code && record
      ? code.length === 0
        ? `code: ${Object.keys(record.code).length} files equal`
        : `code: ${code.length} files differ (${code.slice(0, 5).join(', ')})`
      : 'code: not compared',
    `browser ${browserSha256}: ${wanted.browser ? (same.browser ? 'equal' : `recorded is ${wanted.browser}`) : 'not recorded, stated only'}`,
    `image ${settings.imageSha256 ?? 'not stated'}: ${wanted.image ? (same.image ? 'equal' : `recorded is ${wanted.image}`) : 'not recorded'}`,
  ].join('; ');
  const differs = Object.values(same).includes(false);
  const whole = same.code && same.browser && (wanted.image !== null || settings.imageSha256 === null);
  return finding(differs ? 'fail' : whole ? 'pass' : 'warn', EXPECTED, told, browserSha256);
}

function parsed(bytes: Buffer): ReleaseRecord | 'malformed' {
  try {
    const {
      schema,
      code,
      browserSha256 = null,
      imageSha256 = null,
    } = JSON.parse(bytes.toString('utf8')) as Partial<ReleaseRecord>;
    const digests = [...Object.values(code ?? {}), browserSha256, imageSha256].filter((sum) => sum !== null);
    if (schema !== 'release/1' || !code || Object.keys(code).length === 0) return 'malformed';
    if (!digests.every((sum) => typeof sum === 'string' && HEX.test(sum))) return 'malformed';
    return { schema, code, browserSha256, imageSha256 };
  } catch {
    return 'malformed';
  }
}

/** Program files that are not as recorded, not there, or not recorded. */
async function differences(root: string, code: Record<string, string>): Promise<string[]> {
  // Only folders that were recorded: a bench or a report beside them is loaded by no process.
  const folders = new Set(Object.keys(code).map((path) => path.split('/')[0]));
  const here = (await programFiles(root)).filter((path) => folders.has(path.split('/')[0]));
  const gone = Object.keys(code).filter((path) => !here.includes(path));
  const odd = await Promise.all(here.map(async (path) => (code[path] === (await fileDigest(join(root, path))) ? '' : path)));
  return [...gone, ...odd.filter(Boolean)].sort();
}

async function programFiles(root: string): Promise<string[]> {
  const found = await readdir(root, { recursive: true, withFileTypes: true });
  return found
    .filter((entry) => !entry.isDirectory() && /\.[cm]?js$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'));
}
