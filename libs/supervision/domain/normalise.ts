import { simplifiedOf } from './traditional';

/** Text as rules see it, with the way back to the place in the original. */
export interface NormalisedText {
  text: string;
  /** For each UTF-16 unit of `text`, where the character that it came from begins in the original. */
  origin: readonly number[];
  original: string;
}

/** Characters that a reader does not see: zero-width spaces and joiners, direction marks, soft hyphen, variation selectors … */
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/u;
const LINE_END = /[\n\r\u0085\u2028\u2029]/;
const SPACE = /\s/u;

/**
 * NFKC, simplified characters, lower case, invisible characters taken out, runs of spaces as one space and runs with a line end as one line end. Done
 * character by character, so that every hit can be shown where it stands in the captured text.
 */
export function normalise(original: string): NormalisedText {
  const units: string[] = [];
  const origin: number[] = [];
  let last = '';
  let at = 0;
  for (const char of original) {
    const form = formOf(char);
    for (const unit of form) {
      const seen = SPACE.test(unit) ? (LINE_END.test(unit) ? '\n' : ' ') : unit;
      if ((seen === ' ' || seen === '\n') && (last === ' ' || last === '\n')) {
        if (seen === '\n') units[units.length - 1] = last = '\n';
        continue;
      }
      last = seen;
      units.push(seen);
      for (let i = 0; i < seen.length; i += 1) origin.push(at);
    }
    at += char.length;
  }
  return { text: units.join(''), origin, original };
}

/** Most characters of a page are plain Chinese and stand for themselves; only the others are looked at closely. */
function formOf(char: string): string {
  if (char >= '\u4e00' && char <= '\u9fff') return simplifiedOf(char);
  return INVISIBLE.test(char) ? '' : simplifiedOf(char.normalize('NFKC')).toLowerCase();
}

/** One separator, or a few, between two Chinese characters: `刷 单`, `刷·单`, `刷**单`. */
const SEPARATOR = /[ .,·•・|/\\_*~+\-—=^'"`]/u;
const HAN = /\p{Script=Han}/u;
const MOST_SEPARATORS = 3;

/**
 * The same text with what was put between Chinese characters taken out, for words written apart to escape a search. Line ends stay:
 * two headings below each other are two texts.
 */
export function withoutSeparators({ text, origin, original }: NormalisedText): NormalisedText {
  const units = [...text];
  const kept: string[] = [];
  const at: number[] = [];
  let position = 0;
  for (let i = 0; i < units.length; i += 1) {
    const unit = units[i]!;
    let skip = 0;
    if (SEPARATOR.test(unit) && HAN.test(units[i - 1] ?? '')) {
      while (skip <= MOST_SEPARATORS && SEPARATOR.test(units[i + skip] ?? '')) skip += 1;
      if (skip > MOST_SEPARATORS || !HAN.test(units[i + skip] ?? '')) skip = 0;
    }
    if (skip) {
      for (const dropped of units.slice(i, i + skip)) position += dropped.length;
      i += skip - 1;
      continue;
    }
    kept.push(unit);
    for (let unitIndex = 0; unitIndex < unit.length; unitIndex += 1) at.push(origin[position + unitIndex]!);
    position += unit.length;
  }
  return { text: kept.join(''), origin: at, original };
}
