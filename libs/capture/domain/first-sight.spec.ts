import { comparedWith, sightOf } from './first-sight';

type Kept = Parameters<typeof sightOf>[0];

const kept = (files: Record<string, string>, failed: string[] = []): Kept => ({
  files: Object.entries(files).map(([path, sha256]) => ({ path, sha256 })),
  artefacts: [
    ...Object.keys(files).map((path) => ({ path, role: 'x', state: 'ok' as const })),
    ...failed.map((path) => ({ path, role: 'x', state: 'failed' as const })),
  ],
});
const WHOLE = {
  'content/text.txt': 't',
  'content/screen/first.png': 'a',
  'content/screen/full-0001.png': 'b',
  'record/dns.jsonl': 'd',
};
const compared = (first: Kept, second: Kept) => {
  const { text, picture } = comparedWith({ vantage: 'main', id: 'ev_1', ...sightOf(first) }, second);
  return [text, picture];
};
const without = (path: string) => Object.fromEntries(Object.entries(WHOLE).filter(([one]) => one !== path));

it('names the vantage point and the package that it is compared with', () =>
  expect(comparedWith({ vantage: 'main', id: 'ev_1', ...sightOf(kept(WHOLE)) }, kept(WHOLE))).toEqual({
    vantage: 'main',
    id: 'ev_1',
    text: 'same',
    picture: 'same',
  }));

it.each<[string, Record<string, string>, string[]]>([
  ['records that every capture has of its own', { ...WHOLE, 'record/dns.jsonl': 'e' }, ['same', 'same']],
  ['the same pictures in another order', Object.fromEntries(Object.entries(WHOLE).reverse()), ['same', 'same']],
  ['another text', { ...WHOLE, 'content/text.txt': 'u' }, ['different', 'same']],
  ['another first view', { ...WHOLE, 'content/screen/first.png': 'c' }, ['same', 'different']],
  ['something else further down', { ...WHOLE, 'content/screen/full-0001.png': 'c' }, ['same', 'different']],
  ['a longer page', { ...WHOLE, 'content/screen/full-0002.png': 'c' }, ['same', 'different']],
])('%s', (_what, second, likeness) => expect(compared(kept(WHOLE), kept(second))).toEqual(likeness));

it('what one of the two does not have is unknown, whichever it is, and never the same', () => {
  const noText = kept(without('content/text.txt'));
  const noPicture = kept({ 'content/text.txt': 't' });
  const halfPicture = kept(without('content/screen/full-0001.png'), ['content/screen/full-0001.png']);
  for (const [less, likeness] of [
    [noText, ['unknown', 'same']],
    [noPicture, ['same', 'unknown']],
    [halfPicture, ['same', 'unknown']],
  ] as const) {
    expect(compared(less, kept(WHOLE))).toEqual(likeness);
    expect(compared(kept(WHOLE), less)).toEqual(likeness);
    expect(compared(less, less)).toEqual(likeness);
  }
});
