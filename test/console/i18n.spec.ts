import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import englishOfReactAdmin from 'ra-language-english';
import { en } from '../../admin-ui/src/i18n/en';
import { zh } from '../../admin-ui/src/i18n/zh';
import { zhReactAdmin } from '../../admin-ui/src/i18n/zh-react-admin';

type Sentences = Record<string, string>;

const flat = (tree: object, path = ''): Sentences =>
  Object.entries(tree).reduce<Sentences>(
    (found, [key, value]) =>
      typeof value === 'string' ? { ...found, [path + key]: value } : { ...found, ...flat(value as object, `${path}${key}.`) },
    {},
  );

const placeholders = (sentence: string) => [...new Set(sentence.match(/%\{\w+\}/g) ?? [])].sort();
const keys = (tree: object) => Object.keys(flat(tree)).sort();

describe('console language', () => {
  it('says every sentence of react-admin in Chinese', () => expect(keys(zhReactAdmin)).toEqual(keys(englishOfReactAdmin)));

  it('says every sentence of ours in both languages', () => expect(keys(en)).toEqual(keys(zh)));

  it.each([
    ['ours', zh, en],
    ["react-admin's", zhReactAdmin, englishOfReactAdmin],
  ])('fills in the same values in both languages (%s)', (_, chinese, english) => {
    const theirs = flat(english as object);
    // A language may leave out a value that its grammar does not need; it may never name one that nobody gives.
    const strangers = Object.entries(flat(chinese as object)).filter(([key, sentence]) =>
      placeholders(sentence).some((name) => !placeholders(theirs[key] ?? '').includes(name) && name !== '%{smart_count}'),
    );
    expect(strangers).toEqual([]);
  });

  it('leaves no English sentence in Chinese', () => {
    const untranslated = Object.entries({ ...flat(zh), ...flat(zhReactAdmin) }).filter(
      ([, sentence]) => sentence !== '' && !/[\u3400-\u9fff]/.test(sentence.replace(/%\{\w+\}/g, '')),
    );
    expect(untranslated.map(([key]) => key).filter((key) => !['ra.page.list', 'ra.page.show'].includes(key))).toEqual([]);
  });

  it('has a sentence for every key that a page names', () => {
    const folder = join(__dirname, '../../admin-ui/src');
    const pages = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.tsx'));
    const known = new Set([...keys(zh), ...keys(zhReactAdmin)]);
    const named = pages.flatMap((name) =>
      [
        ...readFileSync(join(folder, name), 'utf8').matchAll(
          /(?:translate|notify|done)\('([\w.]+)'|helperText="([\w.]+)"|label="([\w.]+\.[\w.]+)"/g,
        ),
      ].map((match) => match[1] ?? match[2] ?? match[3] ?? ''),
    );
    expect(named.length).toBeGreaterThan(100);
    expect([...new Set(named)].filter((key) => !known.has(key))).toEqual([]);
  });

  it('names every field that a list or form of a resource shows', () => {
    const folder = join(__dirname, '../../admin-ui/src');
    const resources = Object.keys(zh.resources) as (keyof typeof zh.resources)[];
    const unnamed = resources.flatMap((resource) => {
      const fields = Object.keys(zh.resources[resource].fields);
      const pages = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
        (name) => name.startsWith(`${resource}/`) && name.endsWith('.tsx'),
      );
      const tags = pages.flatMap(
        (name) => readFileSync(join(folder, name), 'utf8').match(/<[A-Z]\w+[^>]*? source="\w+"[^>]*/g) ?? [],
      );
      return tags
        .filter((tag) => !tag.includes('label=') && !tag.startsWith('<SearchInput'))
        .map((tag) => / source="(\w+)"/.exec(tag)?.[1] ?? '')
        .filter((source) => !fields.includes(source))
        .map((source) => `${resource}.${source}`);
    });
    expect([...new Set(unnamed)]).toEqual([]);
  });
});
