import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { execFileSync } from 'node:child_process';

/** Parts that this run must not find on the machine, to prove that npm alone is enough: NMS_HIDE=redis,chromium,postgres,fonts. */
export const hidden = (part) => (process.env.NMS_HIDE ?? '').split(',').includes(part);

/** The first of these programs on PATH, as an absolute path. */
export function onPath(...names) {
  for (const name of names)
    for (const dir of (process.env.PATH ?? '').split(delimiter)) {
      const file = join(dir, name);
      try {
        accessSync(file, constants.X_OK);
        if (dir && statSync(file).isFile()) return file;
      } catch {
        // not here; look further
      }
    }
  return null;
}

/** `{ name, uid, gid }` of the first of these users that exists. */
export function userOf(...names) {
  for (const name of names) {
    try {
      const id = (flag) => Number(execFileSync('id', [flag, name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
      return { name, uid: id('-u'), gid: id('-g') };
    } catch {
      // no such user; the next one
    }
  }
  return null;
}

/** Can a user who is neither the owner nor in the group walk down to `path`? A home folder of mode 0700 says no. */
export function reachableByOthers(path) {
  for (let at = existsSync(path) ? path : dirname(path); ; at = dirname(at)) {
    if (existsSync(at) && statSync(at).isDirectory() && !(statSync(at).mode & 0o001)) return false;
    if (at === dirname(at)) return true;
  }
}
