import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fontsDigest } from './fonts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

function aFolder(files: Record<string, string>): { folder: string; configuration: string } {
  const folder = mkdtempSync(join(tmpdir(), 'fonts-'));
  folders.push(folder);
  mkdirSync(join(folder, 'deep/er'), { recursive: true });
  for (const [path, content] of Object.entries(files)) writeFileSync(join(folder, path), content);
  const configuration = join(folder, 'fonts.conf');
  writeFileSync(configuration, '<fontconfig>\n  <dir prefix="relative">.</dir><dir>/nowhere/at/all</dir>\n</fontconfig>');
  return { folder, configuration };
}

it('is made of the contents alone: other names and places give the same, a text beside them does not count', async () => {
  const one = aFolder({ 'a.ttf': 'A', 'deep/er/b.otf': 'B', 'readme.txt': 'x' });
  const other = aFolder({ 'b.TTC': 'B', 'twice.pcf.gz': 'A', 'deep/a.ttf': 'A' });
  const wanted = sha256(
    [sha256('A'), sha256('B')]
      .sort()
      .map((sum) => `${sum}\n`)
      .join(''),
  );
  expect(await fontsDigest(one.configuration)).toBe(wanted);
  expect(await fontsDigest(other.configuration)).toBe(wanted);
});

it('tells another font, one more and a changed one', async () => {
  const { folder, configuration } = aFolder({ 'a.ttf': 'A' });
  const first = await fontsDigest(configuration);
  writeFileSync(join(folder, 'deep/c.otf'), 'C');
  const second = await fontsDigest(configuration);
  writeFileSync(join(folder, 'a.ttf'), 'another A');
  expect(new Set([first, second, await fontsDigest(configuration)]).size).toBe(3);
});

it('follows a link to a file, and is null where there are no fonts', async () => {
  const there = aFolder({ 'a.ttf': 'A' });
  const linked = aFolder({});
  expect(await fontsDigest(linked.configuration)).toBeNull();
  symlinkSync(join(there.folder, 'a.ttf'), join(linked.folder, 'link.ttf'));
  expect(await fontsDigest(linked.configuration)).toBe(await fontsDigest(there.configuration));
});
