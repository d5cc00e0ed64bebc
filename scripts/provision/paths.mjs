import { mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

/** Where a running system keeps everything that is its own. Tests give another folder. */
export const DATA = resolve(process.env.NMS_DATA ?? join(ROOT, '.data'));

export const NODE_MODULES = join(ROOT, 'node_modules');

export function folder(...parts) {
  const path = join(...parts);
  mkdirSync(path, { recursive: true });
  return path;
}
