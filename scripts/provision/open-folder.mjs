import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { reachableByOthers } from './find.mjs';
import { folder } from './paths.mjs';
import { Cannot } from './say.mjs';

/** `/var/tmp/nms-…`: for root in a closed home folder, where the users that root lends to PostgreSQL and Chromium cannot walk. */
export function sharedBase(data) {
  const base = join('/var/tmp', `nms-${createHash('sha256').update(data).digest('hex').slice(0, 12)}`);
  mkdirSync(base, { recursive: true });
  if (statSync(base).uid !== process.getuid()) throw new Cannot(`${base} belongs to somebody else.`, `rm -r ${base}`);
  chmodSync(base, 0o755);
  return base;
}

/** A folder for unpacked programs and fonts that every user of this machine can read. */
export function openFolder(data) {
  if (process.getuid?.() !== 0 || reachableByOthers(data)) return folder(data, 'cache');
  return folder(sharedBase(data), 'cache');
}
