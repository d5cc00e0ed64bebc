import type { Content, TableCell, TDocumentDefinitions } from 'pdfmake/interfaces';
import { exhibitKindZh, type PrintedExhibit } from '../domain/exhibit-entry';
import { instantZh } from '../domain/printed';
import { type Cell, cellsOf, fieldOf, type Layout, type ListColumn, valueAt } from '../domain/template';
import { fieldLines, type FormInput } from './form-input';
import { gridLayout, labelCell, pageFoot, SIZE, TABLE_MARGINS } from './official-style';

type ListLayout = Extract<Layout, { kind: 'list' }>;

const small = (text: string): Content => ({ text, fontSize: 9, lineHeight: 1.1 });
const digest = (text: string): Content => ({ text, fontSize: 7, lineHeight: 1.05, color: '#222222' });
const middle = (text: string): TableCell => ({ text, fontSize: 9, alignment: 'center' });

interface Column {
  head: string;
  width: number | '*';
  cell(exhibit: PrintedExhibit): TableCell;
}

/** Digests stand whole, each on its own lines: whoever compares by eye must find every character. */
const COLUMNS: Record<ListColumn, Column> = {
  number: { head: '序号', width: 22, cell: ({ number }) => middle(String(number)) },
  kind: { head: '种类', width: 38, cell: ({ kind }) => middle(exhibitKindZh(kind)) },
  name: {
    head: '名称、特征和校验值',
    width: '*',
    cell: ({ name, at, kind, sha256, sm3 }) => ({
      stack: [
        small(name),
        small(`${kind === 'thing' ? '入卷' : '固定'}时间 ${instantZh(new Date(at))}`),
        ...(sha256 ? [digest(`SHA-256 ${sha256}`)] : []),
        ...(sm3 ? [digest(`SM3 ${sm3}`)] : []),
      ],
    }),
  },
  quantity: { head: '数量', width: 30, cell: ({ quantity }) => middle(quantity) },
  proves: { head: '证明内容', width: 88, cell: ({ proves }) => small(proves) as TableCell },
  holder: {
    head: '保管人和地点',
    width: 84,
    cell: ({ holder, place }) => ({ stack: [small(holder), ...(place ? [small(place)] : [])] }),
  },
  handovers: {
    head: '交接记录',
    width: 98,
    cell: ({ handovers }) =>
      handovers.length
        ? {
            stack: handovers.map(({ n, at, from, to, place, receipt }) =>
              small(`${n}. ${instantZh(new Date(at))}，${from}移交${to}，存放${place}，回执 ${receipt}`),
            ),
          }
        : middle('无'),
  },
};

const COUNTED: readonly [kind: PrintedExhibit['kind'], zh: string][] = [
  ['electronic', '电子数据'],
  ['thing', '实物'],
];

/** A list over as many pages as it takes: facts, the table with its head on every page, how many there are, and lines to sign on. */
export function listForm(
  input: FormInput,
  layout: ListLayout,
): Pick<TDocumentDefinitions, 'content' | 'pageMargins' | 'footer' | 'pageOrientation'> {
  const { template, authority } = input;
  const exhibits = (valueAt(input.data, layout.list) ?? []) as PrintedExhibit[];
  const columns = layout.columns.map((name) => COLUMNS[name]);
  const counts = COUNTED.map(([kind, zh]) => [zh, exhibits.filter((one) => one.kind === kind).length] as const);
  const total = counts
    .filter(([, n]) => n > 0)
    .map(([zh, n]) => `${zh} ${n} 项`)
    .join('，');
  const content: Content[] = [
    { text: authority.name, fontSize: SIZE.third, alignment: 'center', margin: [0, 0, 0, 4] },
    { text: template.zh, fontSize: SIZE.title, bold: true, alignment: 'center', margin: [0, 0, 0, 10] },
    facts(input, layout),
    {
      table: {
        headerRows: 1,
        keepWithHeaderRows: 1,
        dontBreakRows: true,
        widths: columns.map(({ width }) => width),
        body: [
          columns.map(({ head }): TableCell => ({ text: head, fontSize: 9.5, bold: true, alignment: 'center' })),
          ...exhibits.map((exhibit) => columns.map(({ cell }) => cell(exhibit))),
        ],
      },
      layout: gridLayout,
      margin: [0, 8, 0, 0],
    },
    signatures(layout, exhibits.length ? `以上共 ${exhibits.length} 项（${total}），以下空白。` : '本案无此类证据。'),
  ];
  return {
    content,
    ...(layout.landscape && { pageOrientation: 'landscape' as const }),
    pageMargins: TABLE_MARGINS,
    footer: pageFoot(foot(input), [TABLE_MARGINS[0], TABLE_MARGINS[2]]),
  };
}

/** What the paper is, and of which case: a page that got loose finds back. */
const foot = (input: FormInput): string =>
  [input.template.zh, fieldLines(input, 'case')[0]].filter(Boolean).join('　').slice(0, 60);

/** One or two facts a row; a row of which nothing is known is left out. */
function facts(input: FormInput, layout: ListLayout): Content {
  const value = ({ key }: Cell): TableCell => ({
    stack: fieldLines(input, key).map((text) => ({ text, fontSize: SIZE.table, lineHeight: 1.15 })),
  });
  const label = (cell: Cell) => labelCell(cell.label ?? fieldOf(input.template, cell.key).zh);
  const body = layout.rows
    .map(cellsOf)
    .filter((cells) => cells.some(({ key }) => fieldLines(input, key).length > 0))
    .map(([first, second]): TableCell[] =>
      second
        ? [label(first!), value(first!), label(second), value(second)]
        : [label(first!), { ...(value(first!) as { stack: Content[] }), colSpan: 3 }, {}, {}],
    );
  return { table: { widths: [86, '*', 86, '*'], body }, layout: gridLayout };
}

/** How many there are, and room for a pen behind each who signs for that; together on one page. */
function signatures({ signatures: lines }: ListLayout, total: string): Content {
  const row = (who: string): TableCell[] => [
    { text: who, alignment: 'center', fontSize: SIZE.table },
    { text: ' \n ', fontSize: SIZE.table },
    { text: '　　　　年　　月　　日', alignment: 'center', fontSize: SIZE.table },
  ];
  return {
    unbreakable: true,
    stack: [
      { text: total, fontSize: SIZE.table, margin: [0, 6, 0, 0] },
      { table: { widths: [180, '*', 130], body: lines.map(row) }, layout: gridLayout, margin: [0, 8, 0, 0] },
    ],
  };
}
