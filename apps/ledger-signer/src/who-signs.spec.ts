import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

it('I-15 a key is opened by the processes that sign, and by nothing that an officer or the public talks to', () => {
  const root = join(__dirname, '../../..');
  const openers = /\b(loadKey|openSigner|openSealKey|createPrivateKey)\(/;
  const found = ['apps', 'libs'].flatMap((top) =>
    readdirSync(join(root, top), { recursive: true })
      .map((file) => join(root, top, String(file)))
      .filter((file) => file.endsWith('.ts') && !/\.(spec|fault|e2e)\.ts$|\/testing\//.test(file))
      .filter((file) => openers.test(readFileSync(file, 'utf8')))
      .map((file) => file.slice(root.length + 1)),
  );
  expect(found).toContain('libs/evidence/worker/exporter.ts');
  expect(found.filter((file) => /^apps\/(api|portal)\/|\/http\/|\/app\//.test(file))).toEqual([]);
});
