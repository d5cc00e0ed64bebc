import type { BadgeState } from './badge.states';

export type PictureState = BadgeState | 'inactive' | 'unknown';

interface Look {
  ground: string;
  edge: string;
  line: string;
  zh: string;
  hint: string;
  mark: string;
}

/** Marks drawn in a 20×20 box: tick, pause, clock, cross, question. */
const TICK = '<path d="M5.5 10.4l3.1 3.1 6-6.6"/>';
const PAUSE = '<path d="M7.6 6.4v7.2M12.4 6.4v7.2"/>';
const CLOCK = '<circle cx="10" cy="10" r="5.4"/><path d="M10 6.9V10l2.3 1.6"/>';
const CROSS = '<path d="M6.4 6.4l7.2 7.2M13.6 6.4l-7.2 7.2"/>';
const QUESTION = '<path d="M7.3 8a2.7 2.7 0 1 1 3.9 2.4c-.8.4-1.2.9-1.2 1.8M10 14.6v.1"/>';

/** All pairs of text and ground have a contrast of at least 4.5 : 1. */
const LOOKS: Readonly<Record<PictureState, Look>> = {
  active: { ground: '#f4f8fd', edge: '#123c6b', line: '#123c6b', zh: '营业执照亮照', hint: '点击核验真伪', mark: TICK },
  suspended: { ground: '#fff6e5', edge: '#8a4b00', line: '#8a4b00', zh: '标识已暂停', hint: '点击查看原因', mark: PAUSE },
  lapsed: { ground: '#fff6e5', edge: '#8a4b00', line: '#8a4b00', zh: '标识待续验', hint: '点击查看说明', mark: CLOCK },
  revoked: { ground: '#eeeeee', edge: '#4d4d4d', line: '#4d4d4d', zh: '标识已撤销', hint: '点击查看说明', mark: CROSS },
  inactive: { ground: '#eeeeee', edge: '#4d4d4d', line: '#4d4d4d', zh: '执照已失效', hint: '点击查看说明', mark: CROSS },
  unknown: { ground: '#fdecea', edge: '#9b1c13', line: '#9b1c13', zh: '无此标识', hint: '谨防假冒', mark: QUESTION },
};

/** Largest picture that a page has to carry for a badge. */
export const PICTURE_LIMIT_BYTES = 6 * 1024;

/**
 * The badge as SVG, with its state drawn in: a page that shows an old badge shows an old state within five minutes.
 * No script, no link, no foreign address. The code is part of the picture, so that a screenshot can still be looked up.
 */
export function badgePicture(state: PictureState, code: string): string {
  const { ground, edge, line, zh, hint, mark } = LOOKS[state];
  const font = 'font-family="PingFang SC,Microsoft YaHei,Noto Sans SC,Noto Sans CJK SC,sans-serif"';
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="120" height="42" viewBox="0 0 120 42" role="img" aria-labelledby="t">`,
    `<title id="t">${zh} ${code}</title>`,
    `<rect x=".75" y=".75" width="118.5" height="40.5" rx="4" fill="${ground}" stroke="${edge}" stroke-width="1.5"/>`,
    `<path d="M1.5 4.5a3 3 0 0 1 3-3h25v39h-25a3 3 0 0 1-3-3z" fill="${edge}"/>`,
    `<path d="M15.5 7l8.5 3.2v7.6c0 6.2-3.6 10.9-8.5 13.4C10.6 28.7 7 24 7 17.8v-7.6z" transform="translate(0 1.5)" fill="none" stroke="#fff" stroke-width="1.5" stroke-linejoin="round"/>`,
    `<g transform="translate(5.5 9.5)" fill="none" stroke="#fff" stroke-width="2" stroke-linecap="round" stroke-linejoin="round">${mark}</g>`,
    `<g ${font} fill="${line}"><text x="35" y="15.5" font-size="12.5" font-weight="700" textLength="79" lengthAdjust="spacingAndGlyphs">${zh}</text>`,
    `<text x="35" y="26.5" font-size="8.5">${hint}</text></g>`,
    `<text x="35" y="36.5" font-size="7.2" font-family="ui-monospace,Consolas,Menlo,monospace" fill="${line}">${code}</text></svg>`,
  ].join('');
}
