import { spawnSync } from 'node:child_process';
import { PDFDocument } from '@cantoo/pdf-lib';
import type { PrintedExhibit } from '../domain/exhibit-entry';
import { aPrintedExhibit, aPrintedThing, FORM_SAMPLES, SAMPLE_AUTHORITY } from '../testing/form-samples';
import { pdfText, squeezed } from '../testing/pdf-text';
import { citationsIn } from '../domain/field-check';
import { citationText } from '../domain/citation';
import { printed } from '../domain/printed';
import { FORM_IDS, type FormId, valueAt } from '../domain/template';
import { templateFor } from '../domain/templates';
import type { FormInput } from './form-input';
import { renderForm } from './render-form';

const at = new Date('2026-11-23T02:00:00.000Z');
const opinion = (text: string, name: string) => ({ opinion: text, name, at });

function input(form: FormId, changes: Partial<FormInput> = {}): FormInput {
  const template = templateFor(form, '2026-11-23')!;
  return {
    template,
    data: FORM_SAMPLES[form],
    authority: SAMPLE_AUTHORITY,
    number: template.word && `交市监${template.word}〔2026〕12号`,
    submission: opinion('建议批准。', '办案人员甲'),
    approval: opinion('同意。', '局长戊'),
    date: '2026-11-23',
    standing: 'final',
    version: 1,
    at,
    ...changes,
  };
}

/** Everything that the data says, as it must be readable on the paper. */
function expectedTexts({ template, data }: FormInput): string[] {
  const fields = template.fields.filter(
    ({ key, type }) =>
      !['party.kind', 'hearing'].includes(key) &&
      !['approval', 'list', 'exhibit[]'].includes(type) &&
      !type.startsWith('carrier'),
  );
  const texts = fields.flatMap(({ key, type }) => printed(type, valueAt(data, key)));
  const items = template.fields
    .filter(({ type }) => type === 'list' || type.startsWith('carrier'))
    .flatMap(({ key }) => leaves(valueAt(data, key)));
  const { form } = template;
  const exhibits = template.fields
    .filter(({ type }) => type === 'exhibit[]')
    .flatMap(({ key }) => valueAt(data, key) as PrintedExhibit[])
    .flatMap((exhibit) => exhibitTexts(exhibit).filter((text) => form !== '24' || text !== exhibit.proves)); // a list of property proves nothing
  return [...texts, ...items, ...exhibits].map(squeezed).filter(Boolean);
}

/** All that a list says of an exhibit; a cell is read as one text. */
const exhibitTexts = ({ number, name, quantity, proves, holder, place, sha256, sm3, handovers }: PrintedExhibit): string[] => [
  String(number),
  name,
  quantity,
  proves,
  holder,
  place,
  sha256 ?? '',
  sm3 ?? '',
  ...handovers.flatMap(({ n, from, to, place: kept, receipt }) => [`${n}.`, `${from}移交${to}，存放${kept}，回执${receipt}`]),
];

/** A paragraph may run over a page's foot, so the feet are taken out before the data is looked for. */
function withoutFeet({ template, number, data }: FormInput, text: string): string {
  const foot =
    template.layout.kind === 'list' ? squeezed(`${template.zh}${printed('ref', data.case)[0]}`) : (number ?? template.zh);
  return text.replaceAll(new RegExp(`${foot.replace(/[〔〕（）]/g, '\\$&')}第\\d+页共\\d+页`, 'g'), '');
}

function leaves(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value === 'number') return [value.toLocaleString('en-US')];
  return value && typeof value === 'object' ? Object.values(value).flatMap(leaves) : [];
}

describe.each(FORM_IDS)('form %s', (form) => {
  it('carries every datum in its text layer, with authority, number and page foot', async () => {
    const paper = input(form);
    const pages = await pdfText(await renderForm(paper));
    const whole = withoutFeet(paper, pages.map(squeezed).join(''));
    expect(whole).not.toContain('\ufffd');
    for (const text of expectedTexts(paper)) expect(whole).toContain(text);
    expect(whole).toContain(SAMPLE_AUTHORITY.name);
    if (paper.number) expect(whole).toContain(paper.number);
    pages.forEach((page, index) => expect(squeezed(page)).toContain(`第${index + 1}页共${pages.length}页`));
  });
});

const pdftotext = spawnSync('pdftotext', ['-v']).status === 0;
// The outsiders' reader, where the machine has it; the test above reads with npm packages alone.
(pdftotext ? it : it.skip)('reads the same with pdftotext', async () => {
  const paper = input('45');
  const { stdout } = spawnSync('pdftotext', ['-', '-'], { input: await renderForm(paper) });
  const text = withoutFeet(paper, squeezed(stdout.toString()));
  for (const expected of expectedTexts(paper)) expect(text).toContain(expected);
});

it('says what it is: PDF/A-3u with profile, language and embedded fonts', async () => {
  const bytes = (await renderForm(input('45'))).toString('latin1');
  expect(bytes.startsWith('%PDF-1.7')).toBe(true);
  expect(bytes).toContain('<pdfaid:part>3</pdfaid:part>');
  expect(bytes).toContain('<pdfaid:conformance>U</pdfaid:conformance>');
  expect(bytes).toContain('/GTS_PDFA1');
  expect(bytes).toContain('/Lang (zh-CN)');
  expect(bytes.match(/\/FontFile2 /g)!.length).toBeGreaterThanOrEqual(2);
  expect(bytes).not.toMatch(/\/(JavaScript|Encrypt|Launch)\b/);
});

it('prints the same bytes from the same input', async () => {
  const [one, two] = [await renderForm(input('X1')), await renderForm(input('X1'))];
  expect(one.equals(two)).toBe(true);
  expect(one.equals(await renderForm(input('X1', { at: new Date(at.getTime() + 1000) })))).toBe(false);
});

it('marks a paper that is not in force, and leaves the place of the seal open', async () => {
  const draft = squeezed(
    (await pdfText(await renderForm(input('45', { standing: 'draft', number: null, approval: null, date: null })))).join(''),
  );
  expect(draft).toContain('草稿');
  expect(draft).toContain('（印章）');
  expect(draft).toContain('文号待批准后编定');
  const approved = squeezed((await pdfText(await renderForm(input('45', { standing: 'approved' })))).join(''));
  expect(approved).toContain('未用印');
  const sealed = squeezed((await pdfText(await renderForm(input('45')))).join(''));
  expect(sealed).not.toMatch(/草稿|未用印|印章/);
});

it('AC-OFF-4.1 prints article, revision and the wording that the case keeps', async () => {
  const citation = { law: '反不正当竞争法', article: '9(1)', mark: 'F' as const, wording: '条文在行为发生之日的表述。' };
  const paper = input('7', { data: { ...FORM_SAMPLES['7'], law: [citation] } });
  const text = squeezed((await pdfText(await renderForm(paper))).join(''));
  expect(text).toContain('《反不正当竞争法》（2025修订，2025-10-15施行）第九条第一款：“条文在行为发生之日的表述。”');
});

it('cites only what somebody has read in the law', async () => {
  for (const form of FORM_IDS)
    for (const citation of citationsIn(FORM_SAMPLES[form]))
      expect([citationText(citation), citation.mark]).toEqual([citationText(citation), 'F']);
});

it('refuses to print a box in place of a character that the font lacks', async () => {
  const data = { ...FORM_SAMPLES['45'], facts: '当事人\u{1F600}的违法事实' };
  await expect(renderForm(input('45', { data }))).rejects.toMatchObject({
    code: 'documents.characterNotInFont',
    details: { characters: ['\u{1F600}'] },
  });
});

it('takes the hearing out of the notice when the case is out of its scope', async () => {
  const text = async (hearing: boolean) =>
    squeezed((await pdfText(await renderForm(input('37', { data: { ...FORM_SAMPLES['37'], hearing } })))).join(''));
  expect(await text(true)).toContain('要求举行听证');
  expect(await text(false)).not.toContain('听证');
});

describe('a list of exhibits', () => {
  const many = Array.from({ length: 40 }, (_, n) => (n % 4 === 3 ? aPrintedThing(n + 1) : aPrintedExhibit(n + 1)));
  const long = input('11', { data: { ...FORM_SAMPLES['11'], exhibits: many } });

  it('S002 21: runs over many pages with its head, its foot and every digest whole on each', async () => {
    const bytes = await renderForm(long);
    const pages = (await pdfText(bytes)).map(squeezed);
    expect(pages.length).toBeGreaterThan(4);
    const head = '序号种类名称、特征和校验值数量证明内容保管人和地点交接记录';
    const withRows = pages.filter((page) => /SHA-256|入卷时间/.test(page));
    for (const page of withRows) expect(page).toContain(head);
    pages.forEach((page, index) => expect(page).toContain(`第${index + 1}页共${pages.length}页`));
    const whole = withoutFeet(long, pages.join('')).replaceAll(head, '');
    for (const exhibit of many) for (const text of exhibitTexts(exhibit)) expect(whole).toContain(squeezed(text));
    expect(pages.at(-1)).toContain('以上共40项（电子数据30项，实物10项），以下空白。');
    for (const line of ['提取人（签名）', '当事人（持有人）确认或拒签说明', '见证人（或无见证人说明）'])
      expect(pages.at(-1)).toContain(line);
  });

  it('lies on its side on A4, and no column runs over the margin', async () => {
    const bytes = await renderForm(long);
    const { width, height } = (await PDFDocument.load(bytes)).getPage(0).getSize();
    expect([Math.round(width), Math.round(height)]).toEqual([842, 595]);
    const upright = (await PDFDocument.load(await renderForm(input('24')))).getPage(0).getSize();
    expect([Math.round(upright.width), Math.round(upright.height)]).toEqual([595, 842]);
    const right = spawnSync('pdftotext', ['-bbox', '-', '-'], { input: bytes }).stdout?.toString() ?? '';
    const edges = [...right.matchAll(/xMax="([\d.]+)"/g)].map(([, x]) => Number(x));
    expect(Math.max(0, ...edges)).toBeLessThan(842 - 60); // nothing to see without pdftotext
  });

  it('prints what a hostile page was called, character by character', async () => {
    const exhibits = [{ ...aPrintedExhibit(1), name: 'http://shop-a.test/ \u{1F600}' }];
    const text = squeezed((await pdfText(await renderForm(input('11', { data: { ...FORM_SAMPLES['11'], exhibits } })))).join(''));
    expect(text).toContain('[U+1F600]');
  });
});
