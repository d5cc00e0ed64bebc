import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as rules from 'class-validator';
import { pointersOf } from './strict-validation';

const ROOT = join(__dirname, '../../..');
const HAN = /\p{Script=Han}/u;

/** Names of the rules that fields of requests have anywhere in the product. */
function used(): string[] {
  const names = new Set<string>();
  for (const room of ['apps', 'libs'])
    for (const file of readdirSync(join(ROOT, room), { recursive: true, encoding: 'utf8' })) {
      if (!file.endsWith('.ts') || /\.spec\.ts$/.test(file)) continue;
      const text = readFileSync(join(ROOT, room, file), 'utf8');
      if (!text.includes("from 'class-validator'")) continue;
      for (const [, name] of text.matchAll(/(?:@|\b)([A-Z][A-Za-z0-9]+)\(/g)) if (name! in rules) names.add(name!);
    }
  return [...names].filter((name) => !['IsOptional', 'ValidateNested', 'ValidateIf'].includes(name));
}

const ARGUMENTS: Record<string, unknown[]> = {
  MinLength: [3],
  MaxLength: [2],
  Length: [3, 9],
  Min: [5],
  Max: [4],
  ArrayMinSize: [2],
  ArrayMaxSize: [1],
  IsIn: [['a', 'b']],
  Matches: [/^\d+$/],
};

/** What no rule takes. */
const wrongFor = (name: string): unknown => {
  if (name === 'IsObject') return 'x';
  if (name.startsWith('Array')) return name === 'ArrayMinSize' ? [1] : [1, 1, 1];
  return { not: 'this' };
};

/** What is said of a field that has that rule alone. */
function saidOf(name: string, ...more: unknown[]): string[] {
  class Field {
    value = wrongFor(name);
  }
  const rule = (rules as unknown as Record<string, (...args: unknown[]) => PropertyDecorator>)[name]!;
  rule(...(ARGUMENTS[name] ?? []), ...more)(Field.prototype, 'value');
  return pointersOf(rules.validateSync(new Field())).map(({ zh }) => zh);
}

it('every rule that a request may break is said in Chinese', () => {
  const names = used();
  expect(names.length).toBeGreaterThan(15);
  for (const name of names) expect([name, saidOf(name)]).toEqual([name, [expect.stringMatching(HAN)]]);
});

it.each([
  ['MaxLength', [], '最多 2 个字符'],
  ['Length', [], '须为 3 至 9 个字符'],
  ['Min', [], '不得小于 5'],
  ['ArrayMaxSize', [], '最多 1 项'],
  ['IsIn', [], '必须是以下之一：a, b'],
  ['Matches', [], '格式不符，须匹配 /^\\d+$/'],
  ['Matches', [{ message: '$property must be a day, YYYY-MM-DD' }], '必须是日期，格式为 YYYY-MM-DD'],
] as [string, unknown[], string][])('%s %j: %s', (name, more, said) => expect(saidOf(name, ...more)).toEqual([said]));

it('of a list it is said that each item is meant; what is not known is said as it is', () => {
  class Field {
    values: unknown[] = [1];
    odd = 'x';
  }
  rules.IsString({ each: true })(Field.prototype, 'values');
  rules.IsMilitaryTime()(Field.prototype, 'odd');
  expect(pointersOf(rules.validateSync(new Field())).map(({ zh }) => zh)).toEqual([
    '每一项必须是文字',
    'odd must be a valid representation of military time in the format HH:MM',
  ]);
});
