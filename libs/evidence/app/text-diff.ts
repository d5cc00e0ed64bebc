import { type ChangeObject, diffArrays } from 'diff';

/** A stretch of text that both captures have, or only the later (`added`) or only the earlier one (`removed`). */
export interface TextPart {
  kind: 'same' | 'added' | 'removed';
  text: string;
}

export interface TextDifference {
  /** Null when there are too many changes to list them within the limits; that the texts differ is known all the same. */
  parts: TextPart[] | null;
  added: number;
  removed: number;
}

/** Characters of one text. Longer ones are not compared: the answer is then `unknown`, never a guess. */
export const TEXT_MOST = 1_000_000;
/** Lines that may be changed before the list is given up; the work grows with lines × changes. */
const EDITS_MOST = 1_000;
const PATIENCE_MS = 5_000;
/** Longer changed passages are told line by line, not word by word. */
const WORDS_OF_MOST = 2_000;
/** Lines around a change that are shown with it. */
const CONTEXT_LINES = 2;

const words = new Intl.Segmenter('zh', { granularity: 'word' });
const wordsOf = (text: string): string[] => Array.from(words.segment(text), ({ segment }) => segment);
const linesOf = (text: string): string[] => text.split(/(?<=\n)/);

/**
 * What was added and removed between two texts: by lines, and inside of changed lines by words (Chinese by its dictionary
 * words, else by characters, as ICU cuts them). Gives the event loop back between steps.
 */
export async function textDifference(before: string, after: string): Promise<TextDifference> {
  const lines = await byLines(linesOf(before), linesOf(after));
  if (!lines) return { parts: null, added: 0, removed: 0 };
  const parts: TextPart[] = [];
  for (let i = 0; i < lines.length; i += 1) {
    const [here, next] = [lines[i]!, lines[i + 1]];
    if (here.kind === 'removed' && next?.kind === 'added') {
      parts.push(...byWords(here.text, next.text));
      i += 1;
      await new Promise(setImmediate);
    } else parts.push(here);
  }
  const count = (kind: TextPart['kind']) => parts.filter((part) => part.kind === kind).length;
  return { parts: shortened(parts), added: count('added'), removed: count('removed') };
}

function byLines(before: string[], after: string[]): Promise<TextPart[] | null> {
  return new Promise((resolve) =>
    diffArrays(before, after, {
      maxEditLength: EDITS_MOST,
      timeout: PATIENCE_MS,
      callback: (found: ChangeObject<string[]>[] | undefined) => resolve(found ? found.map(partOf) : null),
    }),
  );
}

function byWords(before: string, after: string): TextPart[] {
  const whole: TextPart[] = [
    { kind: 'removed', text: before },
    { kind: 'added', text: after },
  ];
  if (before.length + after.length > WORDS_OF_MOST) return whole;
  return diffArrays(wordsOf(before), wordsOf(after), { maxEditLength: 200 })?.map(partOf) ?? whole;
}

function partOf({ added, removed, value }: ChangeObject<string[]>): TextPart {
  return { kind: added ? 'added' : removed ? 'removed' : 'same', text: value.join('') };
}

/** Long stretches without change are cut to the lines next to a change. */
function shortened(parts: TextPart[]): TextPart[] {
  return parts.map((part, i) => {
    const lines = linesOf(part.text);
    if (part.kind !== 'same' || lines.length <= 2 * CONTEXT_LINES + 1) return part;
    const head = i === 0 ? [] : lines.slice(0, CONTEXT_LINES);
    const tail = i === parts.length - 1 ? [] : lines.slice(-CONTEXT_LINES);
    return { kind: 'same', text: `${head.join('')}…\n${tail.join('')}` };
  });
}
