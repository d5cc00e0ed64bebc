import fc from 'fast-check';
import { faultsOf } from '../../kernel';
import formats from './data/badge-formats.json';
import { findingStates } from './finding.states';
import { licenceDisplayOf } from './licence-display';
import { normalise, withoutSeparators } from './normalise';
import { textToScan } from './page-text';
import { isStructural, ruleById, RULES, wordRules } from './rules';
import { foldedCharacters } from './traditional';
import { matchWords, MOST_HITS, WINDOW } from './word-match';

const found = (text: string) => matchWords(text).map(({ rule, hits }) => [rule.id, hits.map((hit) => hit.word)] as const);
const wordsOf = (id: string, text: string) =>
  matchWords(text, [ruleById(id)!]).flatMap(({ hits }) => hits.map((hit) => hit.word));

describe('rule library', () => {
  it('holds 34 rules, each with a basis and a mark, and no two of one id', () => {
    expect(RULES).toHaveLength(34);
    expect(new Set(RULES.map((rule) => rule.id)).size).toBe(34);
    expect(RULES.reduce((sum, rule) => sum + rule.keywords.length, 0)).toBe(288);
    for (const rule of RULES)
      for (const { mark } of [...rule.basis, ...rule.penalty]) expect(['F', 'F2', 'K', 'I']).toContain(mark);
  });

  const words = wordRules().flatMap((rule) => rule.keywords.map((word) => [rule.id, word] as const));
  it.each(words)('%s finds its word %s', (id, word) => {
    const hits = matchWords(`本店${word}。`, [ruleById(id)!]);
    const cancelled = ruleById(id)!.exclude.some((exclusion) => word.includes(exclusion));
    expect(hits.length > 0 || cancelled).toBe(true);
  });

  const spaced = wordRules()
    .flatMap((rule) => rule.keywords.map((word) => [rule.id, word] as const))
    .filter(
      ([id, word]) => /^\p{Script=Han}{2,}$/u.test(word) && !ruleById(id)!.exclude.some((exclusion) => word.includes(exclusion)),
    );
  it.each(spaced)('%s finds %s written apart', (id, word) => {
    const apart = [...word].join(' ');
    const [result] = matchWords(`本店 ${apart} 。`, [ruleById(id)!]);
    expect(result?.hits.some((hit) => hit.evaded)).toBe(true);
  });

  it('asks no word for what words cannot tell', () => {
    expect(RULES.filter(isStructural).map((rule) => rule.id)).toEqual(['PB04', 'PB12', 'PB29']);
    expect(found('电子营业执照 营业执照 统一社会信用代码 91141122MA0K2XU12D')).toEqual([]);
  });
});

describe('matching', () => {
  it.each([
    ['全角', 'ＮＯ.１品牌', 'PB05c', ['ＮＯ.１']],
    ['零宽', '全国\u200b第一', 'PB05c', ['全国\u200b第一']],
    ['夹点', '诚招刷·单兼职', 'PB05a', ['刷·单']],
    ['夹星', '刷**单', 'PB05a', ['刷**单']],
    ['大小写', 'Top1 好物', 'PB05c', ['Top1']],
    ['繁体', '誠招刷單兼職', 'PB05a', ['刷單']],
    ['繁体', '國家級・獨一無二', 'PB05c', ['國家級', '獨一無二']],
    ['断行', '刷\n单', 'PB05a', []],
    ['重叠取长', '全国销量第一', 'PB05c', ['全国销量第一']],
    ['最近不算', '最近上新', 'PB05c', []],
    ['最后不算', '最后更新时间', 'PB05c', []],
    ['保质期', '保质期最佳食用期内', 'PB05c', []],
    ['七天无理由', '本店不支持七天无理由退货', 'PB15', ['不支持七天无理由']],
    ['返现', '好评晒图返现五元', 'PB05a', ['好评晒图返']],
  ] as const)('%s: %j under %s gives %j', (_what, text, id, words) => expect(wordsOf(id, text)).toEqual(words));

  it('lets an exclusion cancel only what shares its window', () => {
    const far = '好'.repeat(WINDOW);
    expect(wordsOf('PB05a', '反刷单，人人有责')).toEqual([]);
    expect(wordsOf('PB05a', `反刷单，人人有责${far}招聘刷单员`)).toEqual(['刷单']);
    const [result] = matchWords(`反刷单，人人有责${far}招聘刷单员`, [ruleById('PB05a')!]);
    expect(result!.excluded).toEqual([expect.objectContaining({ word: '刷单', by: '反刷单' })]);
  });

  it('reaches half a window to each side and not one character further', () => {
    const pad = (n: number) => '啊'.repeat(n);
    // 刷单 is two long: nineteen characters remain on each side.
    expect(wordsOf('PB05a', `打击刷单${pad(15)}刷粉`)).toEqual([]);
    const gap = (n: number) =>
      matchWords(`打击刷单${pad(n)}刷粉`, [ruleById('PB05a')!]).flatMap(({ hits }) => hits.map((hit) => hit.word));
    expect(gap(18)).toEqual([]);
    expect(gap(19)).toEqual(['刷粉']);
  });

  it('shows the word, its place and forty characters around it', () => {
    const text = `${'甲'.repeat(30)}　全国第一　${'乙'.repeat(30)}`;
    const [{ hits } = { hits: [] }] = matchWords(text, [ruleById('PB05c')!]);
    expect(hits).toHaveLength(1);
    expect(text.slice(hits[0]!.at, hits[0]!.at + hits[0]!.word.length)).toBe('全国第一');
    expect(hits[0]!.context).toHaveLength(WINDOW);
    expect(hits[0]!.context).toContain('全国第一');
  });

  it('puts the heaviest rule first', () =>
    expect(found('默认好评，国家级配方，刷单').map(([id]) => id)).toEqual(['PB05a', 'PB05c', 'PB05b']));

  it('points into the original whatever stands around the word', () => {
    const noise = fc.string({
      unit: fc.constantFrom('甲', ' ', '\n', '\u200b', '\ud83d\ude00', 'Ａ', '㎏', 'x', '·'),
      maxLength: 30,
    });
    fc.assert(
      fc.property(noise, noise, (before, after) => {
        const text = `${before}治愈${after}`;
        const hits = matchWords(text, [ruleById('PB19')!]).flatMap((result) => result.hits);
        expect(hits.map((hit) => text.slice(hit.at, hit.at + hit.word.length))).toContain('治愈');
      }),
    );
  });

  it('never loses the way back to the original', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        for (const form of [normalise(text), withoutSeparators(normalise(text))]) {
          expect(form.origin).toHaveLength(form.text.length);
          expect(form.origin.every((at, i) => at >= (form.origin[i - 1] ?? 0))).toBe(true);
        }
      }),
    );
  });

  it.each(['正规', '刷单', '刷 单'])('reads a page that says %s two hundred thousand times', (word) => {
    // With a cost that grew as the square of the hits this would take many minutes, not a second.
    const results = matchWords(word.repeat(200_000));
    for (const { hits, excluded } of results) expect(Math.max(hits.length, excluded.length)).toBeLessThanOrEqual(MOST_HITS);
    expect(results.length > 0).toBe(word !== '正规');
  });

  it('has no rule whose expression could go back and forth over a whole page', () => {
    // One open end over one kind of character is walked once; two of them, or one around a group, can take the square of the page and worse.
    const openEnds = (source: string) => source.match(/(?<!\\)[*+]|\{\d+,\}/g)?.length ?? 0;
    const aroundGroup = /(?<!\\)\)([*+]|\{\d+,\})/;
    for (const { id, regex } of wordRules())
      for (const source of regex)
        expect([id, source, openEnds(source) > 1 || aroundGroup.test(source)]).toEqual([id, source, false]);
  });
});

it('folds only characters that some rule looks for', () => {
  const library = RULES.flatMap((rule) => [...rule.keywords, ...rule.regex, ...rule.exclude]).join('');
  for (const [traditional, simplified] of foldedCharacters()) {
    expect([traditional, library.includes(simplified)]).toEqual([traditional, true]);
    expect(library).not.toContain(traditional);
  }
});

describe('text to scan', () => {
  const dom = `<meta name="keywords" content="国家级,配方"><meta content='独家研发' property=og:description><meta name="viewport" content="最佳">
    <img alt="全国第一&#x3001;行业&#31532;一"><a title='治愈'>x</a>`;
  const scanned = textToScan({ text: '可见文字', title: '标题', dom });
  it('begins with the visible text', () => expect(scanned.startsWith('可见文字\n标题\n')).toBe(true));
  it('reads key words, description and alternative texts, and no other attribute', () =>
    expect(scanned.split('\n').slice(2)).toEqual(['国家级,配方', '独家研发', '全国第一、行业第一', '治愈']));
});

describe('licence display', () => {
  const context = { portal: 'https://badge.test', uscc: '91141122MA0K2XU12D' };
  const verdict = (dom: string, text = '') => licenceDisplayOf(dom, text, context);

  it('is missing where nothing is', () =>
    expect(verdict('<h1>商城</h1><img src="/licence.png">', '商城')).toMatchObject({ verdict: 'missing', ours: [], known: [] }));
  it('finds our badge by its link', () =>
    expect(verdict('<a href="https://badge.test/b/141122-26-7QK4M9T" rel=noopener><img></a>')).toMatchObject({
      verdict: 'shown',
      ours: ['141122-26-7QK4M9T'],
    }));
  it.each([
    '<p>https://badge.test/b/141122-26-7QK4M9T</p>',
    '<a href="https://badge.test.evil.test/b/141122-26-7QK4M9T">',
    '<a href="https://other.test/?u=https://badge.test/b/141122-26-7QK4M9T">',
    '<img src="https://badge.test/b/141122-26-7QK4M9T.svg">',
  ])('does not take %s for our badge', (dom) => expect(verdict(dom)).toMatchObject({ verdict: 'missing', ours: [] }));
  it('finds the credit code of the subject, also written in groups, and no other', () => {
    expect(verdict('', '统一社会信用代码：91141122 MA0K2XU12D')).toMatchObject({ verdict: 'shown', creditCode: true });
    expect(verdict('', '统一社会信用代码：91141122MA0K2XU12E')).toMatchObject({ verdict: 'missing' });
    expect(licenceDisplayOf('', '91141122MA0K2XU12D', { ...context, uscc: null }).verdict).toBe('missing');
  });
  it('finds a statement of exemption', () =>
    expect(verdict('', '本人依法无需办理市场主体登记')).toMatchObject({ verdict: 'shown', exemption: true }));

  const uscc = '91440300708461136T';
  const samples: Record<string, [html: string, identifier: string]> = {
    'national-elicense': [
      `<a href="https://zzlz.gsxt.gov.cn/businessCheck/verifKey.do?showType=p&amp;serial=${uscc}-SAIC_SHOW_100000${uscc}1560000000000&amp;signData=MEUCIQ">`,
      uscc,
    ],
    'shanghai-sgs': [
      '<a href="http://www.sgs.gov.cn/lz/licenseLink.do?method=licenceView&entyId=20110519103423411">',
      '20110519103423411',
    ],
    'guangdong-hongdun': ['<a href="http://wljg.gdgs.gov.cn/corpsrch.aspx?key=440301103097413">', '440301103097413'],
    'shenzhen-ebs': [
      '<script src="https://szcert.ebs.org.cn/govicon.js?id=0f8fad5b-d9cb-469f-a165-70867728950e&width=36"></script>',
      '0f8fad5b-d9cb-469f-a165-70867728950e',
    ],
    'beijing-hd315': ['<a href="http://www.hd315.gov.cn/beian/view.asp?bianhao=010202007080200026">', '010202007080200026'],
    'zhejiang-wzba': [
      '<a href="http://122.224.75.236/wzba/login.do?method=hdurl&doamin=http://www.example.test&id=330106000000001&SHID=1">',
      '330106000000001',
    ],
  };
  it.each(formats.badges.filter((badge) => badge.detect).map((badge) => [badge.id]))(
    'knows %s and reads its identifier',
    (id) => {
      const [html, identifier] = samples[id]!;
      const { known, verdict: is } = verdict(html);
      expect(is).toBe('shown');
      expect(known).toEqual([expect.objectContaining({ format: id })]);
      expect(known[0]!.identifiers).toContain(identifier);
    },
  );
});

it('AC-INS-1.1 has one way to dismiss, and it asks for the reason', () => {
  expect(faultsOf(findingStates)).toEqual([]);
  expect(findingStates.rows.filter((row) => row.to === 'dismissed').map((row) => [row.from, row.guards])).toEqual([
    ['open', ['reasonGiven']],
  ]);
});
