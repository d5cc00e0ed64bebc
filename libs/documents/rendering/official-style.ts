import type { Content, CustomTableLayout, DynamicContent, TDocumentDefinitions, TableCell } from 'pdfmake/interfaces';

/** Points per millimetre. */
const MM = 72 / 25.4;
/** Margins of the standard for official documents of Party and government bodies: top 37, left 28, right 26, bottom 35 mm. */
export const LETTER_MARGINS: [number, number, number, number] = [28 * MM, 37 * MM, 26 * MM, 35 * MM];
export const TABLE_MARGINS: [number, number, number, number] = [24 * MM, 22 * MM, 24 * MM, 20 * MM];

export const RED = '#d0021b';
const BLACK = '#000000';

/** 三号 and so on, in points. */
export const SIZE = { title: 22, third: 16, fourth: 14, smallFourth: 12, table: 11, smallFifth: 9 } as const;

/** Every page foot: what the paper is, and page n of m. */
export function pageFoot(note: string, marginX: [number, number]): DynamicContent {
  return (page, pages) => ({
    margin: [marginX[0], 18, marginX[1], 0],
    columns: [
      { text: note, fontSize: SIZE.smallFifth, color: '#444444' },
      { text: `第 ${page} 页　共 ${pages} 页`, fontSize: SIZE.smallFifth, alignment: 'right', color: '#444444', width: 110 },
    ],
  });
}

/** Hairlines inside, a heavier frame outside, as printed approval forms have it. */
export const gridLayout: CustomTableLayout = {
  hLineWidth: (line, node) => (line === 0 || line === node.table.body.length ? 1 : 0.6),
  vLineWidth: (line, node) => (line === 0 || line === node.table.widths?.length ? 1 : 0.6),
  hLineColor: () => BLACK,
  vLineColor: () => BLACK,
  paddingLeft: () => 6,
  paddingRight: () => 6,
  paddingTop: () => 4,
  paddingBottom: () => 5,
};

export const labelCell = (text: string): TableCell => ({ text, alignment: 'center', fontSize: SIZE.table });

/** A paragraph of body text: first line indented by two characters, lines 1.5 apart. */
export function paragraph(text: string, fontSize: number = SIZE.third, indent = true): Content {
  return { text, fontSize, lineHeight: 1.25, leadingIndent: indent ? fontSize * 2 : 0, alignment: 'left', margin: [0, 0, 0, 4] };
}

/** Grey words across every page of a paper that is not in force. */
export function watermark(text: string | null): Pick<TDocumentDefinitions, 'watermark'> {
  return text ? { watermark: { text, color: '#888888', opacity: 0.12, bold: true, angle: -45, fontSize: 72 } } : {};
}

/** A heading that would stand last on its page, or so low that nothing fits below it, goes over to the next one. */
export const keepHeadings: NonNullable<TDocumentDefinitions['pageBreakBefore']> = (node, nodes) =>
  node.headlineLevel === 1 && (node.startPosition.verticalRatio > 0.9 || nodes.getFollowingNodesOnPage().length === 0);
