import type { Content, ContentTable, TableCell, TDocumentDefinitions } from 'pdfmake/interfaces';
import { dayZh, sizeZh } from '../domain/printed';
import { localDate } from '../../kernel';
import { type Cell, cellsOf, fieldOf, type Layout, type Row, valueAt } from '../domain/template';
import { fieldLines, type FormInput, opinionOf } from './form-input';
import { gridLayout, labelCell, pageFoot, SIZE, TABLE_MARGINS } from './official-style';

const LABEL_WIDTH = 80;
const MIN_ROW_HEIGHT = 18;
type TableLayout = Extract<Layout, { kind: 'table' }>;

/** Approval forms, records and receipts: title, number, one framed table. */
export function tableForm(
  input: FormInput,
  layout: TableLayout,
): Pick<TDocumentDefinitions, 'content' | 'pageMargins' | 'footer'> {
  const { template, authority } = input;
  const numbered = template.fields.some((field) => field.key === 'no');
  const content: Content[] = [
    { text: authority.name, fontSize: SIZE.third, alignment: 'center', margin: [0, 0, 0, 6] },
    { text: template.zh, fontSize: SIZE.title, bold: true, alignment: 'center', margin: [0, 0, 0, numbered ? 10 : 16] },
  ];
  if (numbered)
    content.push({
      text: fieldLines(input, 'no').join(''),
      fontSize: SIZE.smallFourth,
      alignment: 'right',
      margin: [0, 0, 0, 6],
    });
  // Opinions go into a table of their own: a signature must not part from what it signs, while long facts may run over the page.
  const opinionsFrom = layout.rows.findIndex((row) => 'opinion' in row);
  const cut = opinionsFrom < 0 ? layout.rows.length : opinionsFrom;
  content.push(
    table(
      layout.rows.slice(0, cut).map((row) => rowCells(input, row)),
      false,
    ),
  );
  if (cut < layout.rows.length)
    content.push({
      ...table(
        layout.rows.slice(cut).map((row) => rowCells(input, row)),
        true,
      ),
      margin: [0, -1, 0, 0],
    });
  if (layout.foot) content.push({ text: layout.foot, fontSize: SIZE.smallFourth, margin: [0, 16, 0, 0] });
  return {
    content,
    pageMargins: TABLE_MARGINS,
    footer: pageFoot(input.number ?? template.zh, [TABLE_MARGINS[0], TABLE_MARGINS[2]]),
  };
}

function table(body: TableCell[][], dontBreakRows: boolean): ContentTable {
  return {
    table: { widths: [LABEL_WIDTH, '*', LABEL_WIDTH, '*'], body, dontBreakRows, heights: MIN_ROW_HEIGHT },
    layout: gridLayout,
    fontSize: SIZE.table,
  };
}

const NOTHING: TableCell = {};

function rowCells(input: FormInput, row: Row): TableCell[] {
  const label = (cell: Cell) => labelCell(cell.label ?? fieldOf(input.template, cell.key).zh);
  if ('opinion' in row) return [label(row.opinion), { ...opinionBox(input, row.opinion.key), colSpan: 3 }, NOTHING, NOTHING];
  if ('items' in row) return [label(row.items), { ...itemList(input, row.items.key), colSpan: 3 }, NOTHING, NOTHING];
  const [first, second] = cellsOf(row);
  const value = (cell: Cell): TableCell => ({ stack: fieldLines(input, cell.key).map((text) => ({ text, lineHeight: 1.15 })) });
  return second
    ? [label(first!), value(first!), label(second), value(second)]
    : [label(first!), { ...(value(first!) as { stack: Content[] }), colSpan: 3 }, NOTHING, NOTHING];
}

/** The opinion, and below it, to the right, who signed it and when; empty places when it is still to be given. */
function opinionBox(input: FormInput, key: string): { stack: Content[] } {
  const given = opinionOf(input, key);
  const day = given && !Number.isNaN(given.at.getTime()) ? dayZh(localDate(given.at)) : '　　　　年　　月　　日';
  return {
    stack: [
      { text: given?.opinion || ' ', lineHeight: 1.15, margin: [0, 0, 0, 18] },
      { text: `签名：${given?.name || '　　　　　　'}　　${day}`, alignment: 'right' },
    ],
  };
}

interface Item {
  name: string;
  type?: string;
  size?: number;
  sha256?: string;
  sm3?: string;
}

/** Files with their digests, each digest on a line of its own so that it can be compared by eye. */
function itemList(input: FormInput, key: string): { stack: Content[] } {
  const items = (valueAt(input.data, key) ?? []) as (string | Item)[];
  return {
    stack: items.flatMap((item, index): Content[] => {
      if (typeof item === 'string') return [{ text: `${index + 1}.${item}`, lineHeight: 1.15 }];
      const head = [item.name, item.type, item.size === undefined ? '' : sizeZh(item.size)].filter(Boolean).join('，');
      const digests = [item.sha256 && `SHA-256 ${item.sha256}`, item.sm3 && `SM3 ${item.sm3}`].filter(
        (text): text is string => !!text,
      );
      return [
        { text: `${index + 1}.${head}`, lineHeight: 1.15 },
        ...digests.map((text): Content => ({ text, fontSize: 8.5, margin: [12, 0, 0, 2], color: '#222222' })),
      ];
    }),
  };
}
