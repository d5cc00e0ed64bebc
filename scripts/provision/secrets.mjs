import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { folder } from './paths.mjs';

/** A secret made once and kept with mode 0600 under `<data>/keys`. */
export function secret(data, name) {
  const dir = folder(data, 'keys');
  chmodSync(dir, 0o700);
  const file = join(dir, name);
  if (!existsSync(file)) writeFileSync(file, randomBytes(24).toString('hex'), { mode: 0o600 });
  return readFileSync(file, 'utf8').trim();
}

export const secretExists = (data, name) => existsSync(join(data, 'keys', name));
