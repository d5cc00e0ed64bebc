import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const SCRIPT = join(__dirname, '../../scripts/ids.mjs');

/** What the script finds in a source text. */
function titlesIn(source: string, makers: string[] = []): string[] {
  const ask = `import { titlesIn } from ${JSON.stringify(pathToFileURL(SCRIPT).href)};
    process.stdout.write(JSON.stringify(titlesIn(${JSON.stringify(source)}, ${JSON.stringify(makers)})));`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', ask]);
  return JSON.parse(stdout.toString() || JSON.stringify(stderr.toString())) as string[];
}

describe('scripts/ids.mjs reads titles of tests and nothing else', () => {
  it('finds titles of it, test, describe, tables, and tests that run only where a tool is', () => {
    const found = titlesIn(`
      describe('one', () => {
        it('two', () => {}); test(\`three \${x}\`, () => {}); it.skip('four', f); it.each([[1]])('five %s', f);
        it.each([['six', 1], ['seven', 2]])('%s', f); it.each([{ name: 'eight' }])('$name', f); (has ? it : it.skip)('nine', f);
        const alone = has ? it : it.skip;
        alone('ten', f);
      });`);
    expect(found).toEqual(
      expect.arrayContaining(['one', 'two', 'three …', 'four', 'five %s', 'six', 'seven', 'eight', 'nine', 'ten']),
    );
  });

  it('takes no comment, value, file name or other call for a title', () => {
    expect(
      titlesIn(
        `// F01\n/* it('F02') */ const a = 'F03'; expect('F04'); say('F05', () => it('real', () => expect(b).toBe('F06')));`,
      ),
    ).toEqual(['real']);
    expect(titlesIn(`failed('F07 made', 'CODE', make); other('F08');`, ['failed'])).toEqual(['F07 made']);
  });
});
