import { type LawCitation, type Mark, REVISIONS } from '../../kernel';

/** A citation as it is printed on a document; `wording` is the article's text on the day of the act, when the case keeps it. */
export interface PrintedCitation extends LawCitation {
  wording?: string;
}

const DIGITS = '零一二三四五六七八九';

/** 57 → 五十七, 110 → 一百一十, 1024 → 一千零二十四. For 1 to 9999. */
export function chineseNumber(value: number): string {
  const units = ['', '十', '百', '千'];
  const digits = [...String(value)].map(Number);
  let text = '';
  digits.forEach((digit, index) => {
    const unit = units[digits.length - 1 - index]!;
    if (digit) text += DIGITS[digit]! + unit;
    else if (digits.slice(index + 1).some(Boolean) && !text.endsWith('零')) text += '零';
  });
  return text.replace(/^一十/, '十');
}

/** `9(1)(三)` → 第九条第一款第（三）项. What does not follow that pattern is printed as it is given. */
export function articleZh(article: string): string {
  const parts = /^(\d{1,4})(?:之(\d{1,2}))?(?:\((\d{1,2})\))?(?:\(([一二三四五六七八九十]+)\))?$/.exec(
    article.replace(/[（]/g, '(').replace(/[）]/g, ')'),
  );
  if (!parts) return article.startsWith('第') ? article : `第${article}条`;
  const [, no, sub, paragraph, item] = parts;
  return [
    `第${chineseNumber(Number(no))}条`,
    sub ? `之${chineseNumber(Number(sub))}` : '',
    paragraph ? `第${chineseNumber(Number(paragraph))}款` : '',
    item ? `第（${item}）项` : '',
  ].join('');
}

/** Title, revision and article: article numbers move between revisions, so a printed citation always names the one it means. */
export function citationText(citation: LawCitation): string {
  const full = REVISIONS[citation.law] ?? citation.law;
  const [, title, revision] = /^(.*?)(?:[(（](.*)[)）])?$/.exec(full)!;
  return `《${title}》${revision ? `（${revision.replace(/,\s*/g, '，')}）` : ''}${articleZh(citation.article)}`;
}

/** Only law that was read (mark F) may stand on a document as law. */
export const printableMark = (mark: Mark): boolean => mark === 'F';

interface Revision {
  law: string;
  revision: string;
  from?: string;
  to?: string;
}

/** Laws of which two revisions matter to running cases: the 2025 text renumbered every conduct article. Days are inclusive. */
const IN_FORCE: readonly Revision[] = [
  { law: '反不正当竞争法', revision: '反不正当竞争法(2019修正)', to: '2025-10-14' },
  { law: '反不正当竞争法', revision: '反不正当竞争法(2025修订, 2025-10-15施行)', from: '2025-10-15' },
];

/**
 * The revision that was in force on `day`, when the cited one was not; null when the citation stands. A law of which we keep
 * one revision only cannot be judged and stands.
 */
export function revisionInForceInstead(citation: LawCitation, day: string): string | null {
  const cited = REVISIONS[citation.law] ?? citation.law;
  const ofThatLaw = IN_FORCE.filter(({ law }) => cited.replace(/[(（].*$/, '') === law);
  const right = ofThatLaw.find(({ from = '0000', to = '9999' }) => from <= day && day <= to);
  return right && right.revision !== cited ? right.revision : null;
}
