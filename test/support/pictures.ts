import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

/** Where tests leave pictures for people to look at; `.data` is not under version control. */
export function folderForPictures(): string {
  const folder = join(__dirname, '../../.data/pictures');
  mkdirSync(folder, { recursive: true });
  return folder;
}
