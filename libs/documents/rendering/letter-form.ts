import type { Content, TDocumentDefinitions } from 'pdfmake/interfaces';
import { dayInWords, printed } from '../domain/printed';
import { type Block, type Layout, valueAt } from '../domain/template';
import { fieldLines, fill, type FormInput, holds, NUMBER_PENDING } from './form-input';
import { gridLayout, labelCell, LETTER_MARGINS, pageFoot, paragraph, RED, SIZE } from './official-style';
import { SEAL_SIZE, sealPicture } from './seal';

type LetterLayout = Extract<Layout, { kind: 'letter' }>;
const TEXT_WIDTH = 595.28 - LETTER_MARGINS[0] - LETTER_MARGINS[2];

/** Notices, decisions and letters: head, number, addressee, text, seal and day. */
export async function letterForm(
  input: FormInput,
  layout: LetterLayout,
): Promise<Pick<TDocumentDefinitions, 'content' | 'pageMargins' | 'footer'>> {
  const content: Content[] = [...head(input, layout.red)];
  if (layout.addressee)
    content.push({
      text: `${fieldLines(input, layout.addressee).join('')}：`,
      fontSize: SIZE.third,
      lineHeight: 1.25,
      margin: [0, 0, 0, 4],
    });
  content.push(...layout.blocks.flatMap((block) => blockContent(input, block)));
  if (layout.attachments) content.push(...attachments(input, layout.attachments));
  content.push(await signature(input));
  if (layout.foot) content.push({ text: layout.foot, fontSize: SIZE.smallFourth, margin: [0, 22, 0, 0] });
  return {
    content,
    pageMargins: LETTER_MARGINS,
    footer: pageFoot(input.number ?? input.template.zh, [LETTER_MARGINS[0], LETTER_MARGINS[2]]),
  };
}

function head({ authority, template, number, approval }: FormInput, red: boolean): Content[] {
  const line = (y: number, width: number): Content => ({
    canvas: [{ type: 'line', x1: 0, y1: y, x2: TEXT_WIDTH, y2: y, lineWidth: width, lineColor: red ? RED : '#000000' }],
  });
  const signed = template.filled.approval === 'leader' && approval ? `签发人：${approval.name}` : '';
  const title: Content = {
    text: template.zh.replace(/\(.*\)$/, ''),
    fontSize: SIZE.title,
    bold: true,
    alignment: 'center',
    margin: [0, red ? 18 : 0, 0, 14],
  };
  const name: Content = {
    text: authority.name,
    fontSize: red ? 28 : SIZE.title,
    bold: true,
    alignment: 'center',
    color: red ? RED : undefined,
    margin: [0, 0, 0, 8],
  };
  const numberText = number ?? NUMBER_PENDING;
  if (!red)
    return [
      name,
      title,
      { text: numberText, fontSize: SIZE.fourth, alignment: 'right', margin: [0, 0, 0, 6] },
      { ...(line(0, 0.8) as object), margin: [0, 0, 0, 14] } as Content,
    ];
  const numberLine: Content = {
    columns: [
      { text: numberText, fontSize: SIZE.fourth },
      { text: signed, fontSize: SIZE.fourth, alignment: 'right' },
    ],
    margin: [0, 4, 0, 6],
  };
  return [name, numberLine, line(0, 2), line(2.5, 0.6), title];
}

function blockContent(input: FormInput, block: Block): Content[] {
  if ('when' in block && block.when && !holds(input, block.when)) return [];
  if ('unless' in block && block.unless && holds(input, block.unless)) return [];
  if ('text' in block)
    return fill(input, block.text)
      .split('\n')
      .map((text) => (HEADING.test(text) ? heading(text) : paragraph(text)));
  if ('lines' in block) return [partyLines(input, block.lines)];
  if ('targets' in block) return targets(valueAt(input.data, block.targets));
  const lines = fieldLines(input, block.field);
  if (lines.length === 1 && lines[0]!.length <= SHORT) return [inlineHeading(block.heading, lines[0]!)];
  return [heading(block.heading), ...lines.map((text) => paragraph(text))];
}

/** A value of up to this many characters stands behind its heading on one line. */
const SHORT = 40;
const heading = (text: string): Content => ({ ...(paragraph(text) as object), bold: true, headlineLevel: 1 }) as Content;
const inlineHeading = (title: string, value: string): Content =>
  ({ ...(paragraph('') as object), text: [{ text: `${title}：`, bold: true }, value] }) as Content;

function partyLines(input: FormInput, cells: readonly { key: string; label?: string }[]): Content {
  const lines = cells.flatMap(({ key, label }) => fieldLines(input, key).map((text) => `${label}：${text}`));
  return { stack: lines.map((text) => ({ text, fontSize: SIZE.third, lineHeight: 1.25 })), margin: [0, 0, 0, 8] };
}

/** `一、网站` alone on its line: what follows belongs on the same page. */
const HEADING = /^[一二三四五六七八九十]+、[^，。；：]{1,20}$/;

const TARGET_ROWS: readonly [key: string, zh: string][] = [
  ['name', '名称'],
  ['domain', '域名'],
  ['url', '网址'],
  ['ip', 'IP 地址'],
  ['icpNo', '备案（许可）号'],
  ['account', '账号'],
  ['accessProvider', '接入服务商'],
];

/** Addresses that the measure is about, one under the other: an address that breaks over lines in a narrow column is read wrongly. */
function targets(value: unknown): Content[] {
  const all = (Array.isArray(value) ? value : [value]).filter(Boolean) as Record<string, string>[];
  return all.map((target) => ({
    table: {
      widths: [92, '*'],
      dontBreakRows: true,
      body: TARGET_ROWS.filter(([key]) => target[key]).map(([key, zh]) => [
        labelCell(zh),
        { text: target[key]!, fontSize: SIZE.table },
      ]),
    },
    layout: gridLayout,
    margin: [0, 2, 0, 8],
  }));
}

function attachments(input: FormInput, key: string): Content[] {
  const names = printed('file[]', valueAt(input.data, key));
  return names.map((name, index) => ({
    text: `${index === 0 ? '附件：' : '　　　'}${name}`,
    fontSize: SIZE.third,
    lineHeight: 1.25,
    margin: [32, index ? 0 : 10, 0, 0],
  }));
}

/** Authority and day at the right, the seal over both once it was set; never torn apart by a page break. */
async function signature({ authority, date, standing }: FormInput): Promise<Content> {
  const seal: Content[] =
    standing === 'final'
      ? [{ svg: await sealPicture(authority.name), relativePosition: { x: TEXT_WIDTH - 96 - SEAL_SIZE / 2 - 10, y: -46 } }]
      : [];
  const right = (text: string): Content => ({
    text,
    fontSize: SIZE.third,
    lineHeight: 1.3,
    alignment: 'center',
    margin: [TEXT_WIDTH - 232, 0, 0, 0],
  });
  return {
    unbreakable: true,
    margin: [0, 52, 0, 20],
    stack: [
      ...seal,
      right(authority.name),
      right(date ? dayInWords(date) : '　　　　年　　月　　日'),
      ...(standing === 'final' ? [] : [right('（印章）')]),
    ],
  };
}
