/**
 * Whether a copy for somebody else may leave a file out. What was captured may be withheld on a legal ground, such as personal data
 * of third parties or the secrets of the recorded connections; the record of who captured it, how, when and in which environment may
 * not, nor what the rest is checked against (evidence specification, sections 6 and 7).
 */
export const isWithholdable = (path: string): boolean => /^(content|wire|record\/tls)\//.test(path) || RECORDS.has(path);

/** Records that may name third parties and that no other check needs. */
const RECORDS = new Set(['record/console.jsonl', 'record/timeline.jsonl', 'record/dns.jsonl']);

const SCREEN = /^content\/screen\//;
/** Two pictures of the same place: what is seen first, and the top of the page at its full height. */
const TOP: readonly string[] = ['content/screen/first.png', 'content/screen/full-0001.png'];
/** Besides the screens: archive, print, copies and film show the page with its pictures, and so do the bytes of the network. */
const SHOWS_PAGE: readonly string[] = [
  'content/capture.wacz',
  'content/dom.html',
  'content/page.mhtml',
  'content/page.pdf',
  'content/video.webm',
  'wire/capture.pcap',
];

/**
 * Files of `all` that show what the screens in `withheld` show and are not withheld themselves. Whoever leaves a screen out, because of
 * a face or a secret on it, must not hand out the same picture in another file. The words alone (`content/text.txt`) show no picture.
 */
export function showingTheSame(withheld: readonly string[], all: readonly string[]): string[] {
  if (!withheld.some((path) => SCREEN.test(path))) return [];
  const same = withheld.some((path) => TOP.includes(path)) ? [...SHOWS_PAGE, ...TOP] : SHOWS_PAGE;
  return all.filter((path) => same.includes(path) && !withheld.includes(path)).sort();
}
