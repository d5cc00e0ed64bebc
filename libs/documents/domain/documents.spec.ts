import fc from 'fast-check';
import { faultsOf, law } from '../../kernel';
import { FORM_SAMPLES } from '../testing/form-samples';
import { articleZh, chineseNumber, citationText, revisionInForceInstead } from './citation';
import { documentStates } from './document.states';
import { faultyFields, lawNotInForce, missingFields, unreadLaw } from './field-check';
import { documentNumber, readNumber } from './numbering';
import { dayInWords, instantZh } from './printed';
import { SERVICE_METHODS, serviceGaps, type ServiceRecord } from './service-method';
import { FORM_IDS, type FormId, valueAt } from './template';
import { allTemplates, templateFor, templateOf } from './templates';
import { termZh } from './terms';

const today = '2026-11-23';
const without = (form: FormId, path: string): Record<string, unknown> => {
  const copy = structuredClone(FORM_SAMPLES[form]) as Record<string, unknown>;
  const keys = path.split('.');
  const last = keys.pop()!;
  delete (keys.length ? (valueAt(copy, keys.join('.')) as Record<string, unknown>) : copy)[last];
  return copy;
};

describe('numbers', () => {
  it('reads back what it makes, with hexagonal brackets and no padding', () => {
    expect(documentNumber('交市监', '罚', 2026, 12)).toBe('交市监罚〔2026〕12号');
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 999_999 }), (sequence) => {
        expect(readNumber(documentNumber('交市监', '停服', 2026, sequence))).toEqual({
          word: '交市监停服',
          year: 2026,
          sequence,
        });
      }),
    );
  });

  it.each(['京市监[2026]12号', '京市监(2026)12号', '京市监〔26〕12号', '〔2026〕1号', '京市监〔2026〕第3号'])(
    'does not read %s',
    (text) => expect(readNumber(text)).toBeNull(),
  );
});

describe('citations', () => {
  it.each([
    [1, '一'],
    [10, '十'],
    [12, '十二'],
    [57, '五十七'],
    [100, '一百'],
    [101, '一百零一'],
    [110, '一百一十'],
    [1024, '一千零二十四'],
  ])('%i is %s', (value, text) => expect(chineseNumber(value)).toBe(text));
  it.each([
    ['57', '第五十七条'],
    ['9(3)', '第九条第三款'],
    ['7(1)(三)', '第七条第一款第（三）项'],
    ['第十二条', '第十二条'],
    ['6, 8', '第6, 8条'],
  ])('%s is %s', (article, text) => expect(articleZh(article)).toBe(text));
  it('names title, revision and article', () =>
    expect(citationText(law('广告法', '9(3)'))).toBe('《广告法》（2021）第九条第三款'));

  it.each([
    ['2025-10-14', '反不正当竞争法(2019修正)'],
    ['2025-10-15', null],
    ['2026-11-20', null],
  ])('on %s offers %s', (day, instead) => expect(revisionInForceInstead(law('反不正当竞争法', 9), day)).toBe(instead));

  it.each(['F2', 'K', 'I'] as const)('does not let a citation marked %s stand as law', (mark) => {
    expect(unreadLaw({ penalty: [{ content: '罚款', basis: [law('网络交易监督管理办法', '34(3)', mark)] }] })).toHaveLength(1);
    expect(unreadLaw({ law: [law('电子商务法', 15)] })).toEqual([]);
  });

  it('J-OFF-4 names the revision that was in force on the day of the act', () =>
    expect(lawNotInForce({ actDate: '2025-09-01', law: [law('反不正当竞争法', 9)] })).toEqual([
      { cited: '《反不正当竞争法》（2025修订，2025-10-15施行）第九条', inForce: '反不正当竞争法(2019修正)' },
    ]));
});

describe('forms', () => {
  it('has a version of every form today, and its samples are complete and fit', () => {
    for (const form of FORM_IDS) {
      const template = templateFor(form, today)!;
      expect(missingFields(template, FORM_SAMPLES[form])).toEqual([]);
      expect(faultyFields(template, FORM_SAMPLES[form])).toEqual([]);
      expect(templateOf(form, template.version)).toBe(template);
    }
    expect(allTemplates()).toHaveLength(FORM_IDS.length);
    expect(templateFor('45', '2020-01-01')).toBeNull();
    expect(templateFor('99', today)).toBeNull();
  });

  const required = FORM_IDS.flatMap((form) => {
    const template = templateFor(form, today)!;
    return template.fields
      .filter((field) => field.required && !template.filled[field.key])
      .map((field) => [form, field.key, field.zh] as const);
  });
  it.each(required)('J-OFF-4 form %s cannot do without %s (%s)', (form, key, zh) => {
    const missing = missingFields(templateFor(form, today)!, without(form, key));
    expect(missing).toEqual([expect.objectContaining({ key, zh })]);
  });

  it('names the article behind a field that the law requires, and none behind one that we added', () => {
    const missing = missingFields(templateFor('45', today)!, {});
    expect(missing.find(({ key }) => key === 'facts')?.basis).toBe('art 62(2)');
    expect(missing.find(({ key }) => key === 'party.uscc')?.basis).toBeNull();
  });

  it.each([
    ['12', 'start', '昨天'],
    [
      '12',
      'makers',
      [
        { name: '甲', certificate: '1' },
        { name: '乙', certificate: '1' },
      ],
    ],
    ['12', 'makers', [{ name: '甲', certificate: '1' }]],
    ['37', 'hearing', '是'],
    ['37', 'refund', 12.5],
    ['X1', 'target', ['shop-a.test']],
    ['7', 'law', ['广告法']],
    ['45', 'facts', 5],
    ['45', 'unknownKey', 'x'],
  ] as const)('form %s refuses %s = %j', (form, key, value) =>
    expect(faultyFields(templateFor(form, today)!, { ...FORM_SAMPLES[form], [key]: value }).map((fault) => fault.key)).toEqual([
      key,
    ]),
  );

  it('tells times as Shanghai clocks do', () => {
    expect(instantZh(new Date('2026-11-22T16:05:00Z'))).toBe('2026年11月23日00时05分');
    expect(dayInWords('2026-11-23')).toBe('二〇二六年十一月二十三日');
    expect(dayInWords('2030-10-08')).toBe('二〇三〇年十月八日');
    expect([termZh('statement'), termZh('reconsideration'), termZh('litigation')]).toEqual(['五个工作日', '六十日', '六个月']);
  });
});

describe('states', () => {
  it('has no unreachable state, dead end or double row', () => expect(faultsOf(documentStates)).toEqual([]));
  it('reaches service only through approval and seal', () => {
    expect(documentStates.rows.filter((row) => row.to === 'served').map((row) => row.from)).toEqual(['sealed']);
    expect(documentStates.rows.filter((row) => row.to === 'sealed').map((row) => row.from)).toEqual(['approved', 'sealed']);
    expect(documentStates.rows.filter((row) => row.to === 'approved').map((row) => row.from)).toEqual(['submitted']);
  });
});

describe('service', () => {
  const record = (method: ServiceRecord['method'], more: Partial<ServiceRecord> = {}): ServiceRecord => ({
    method,
    to: '当事人',
    where: '住所',
    at: new Date(0),
    ...more,
  });
  it('knows seven ways', () => expect(SERVICE_METHODS).toHaveLength(7));
  it.each([
    ['direct', {}, ['receiver']],
    ['direct', { receiver: '张三,法定代表人' }, []],
    ['left', { refused: '拒收' }, ['witnessOrMedia']],
    ['left', { refused: '拒收', media: ['V-1'] }, []],
    ['electronic', { receiver: '系统' }, ['agreement']],
    ['electronic', { agreement: '送达地址确认书 1' }, []],
    ['post', {}, ['receiver']],
    ['announced', {}, []],
  ] as const)('by %s with %j lacks %j', (method, more, gaps) => expect(serviceGaps(record(method, more))).toEqual(gaps));
});
