import { type NormalisedText, normalise, withoutSeparators } from './normalise';
import { type Rule, wordRules } from './rules';

/** One place where a rule's word stands. A hit is a lead that people look at, never a finding by itself. */
export interface Hit {
  /** As it stands in the captured text. */
  word: string;
  /** Offset in the captured text, in UTF-16 units. */
  at: number;
  /** Forty characters around it, normalised. */
  context: string;
  /** True when the word was written apart, as in 刷 单. */
  evaded: boolean;
}

export interface RuleHits {
  rule: Rule;
  hits: Hit[];
  /** Hits that an exclusion of the rule cancelled, each with it: kept, so that the rule can be judged too. */
  excluded: (Hit & { by: string })[];
}

/** A hit is judged in a window of this many characters with the hit in its middle. */
export const WINDOW = 40;
/** More hits than this tell an officer nothing new. */
export const MOST_HITS = 50;

interface Span {
  from: number;
  to: number;
}

interface Pattern {
  keywords: readonly string[];
  expressions: readonly RegExp[];
  exclusions: readonly { word: string; text: string }[];
}

const patterns = new Map<string, Pattern>();

function patternOf(rule: Rule): Pattern {
  const known = patterns.get(rule.id);
  if (known) return known;
  const made = {
    keywords: rule.keywords.map((word) => normalise(word).text),
    expressions: rule.regex.map((source) => new RegExp(source.replace(/^\(\?i\)/, ''), 'giu')),
    exclusions: rule.exclude.map((word) => ({ word, text: normalise(word).text })),
  };
  patterns.set(rule.id, made);
  return made;
}

/** All places of a rule in `text`; where two of its words overlap, the longer stands. */
function spansOf({ keywords, expressions }: Pattern, text: string): Span[] {
  const spans: Span[] = [];
  for (const word of keywords)
    for (let from = text.indexOf(word); from >= 0; from = text.indexOf(word, from + 1))
      spans.push({ from, to: from + word.length });
  for (const expression of expressions)
    for (const { index, 0: found } of text.matchAll(expression)) if (found) spans.push({ from: index, to: index + found.length });
  spans.sort((a, b) => a.from - b.from || b.to - a.to);
  return spans.reduce<Span[]>((kept, span) => {
    const last = kept.at(-1);
    if (!last || span.from >= last.to) kept.push(span);
    else if (span.to - span.from > last.to - last.from) kept[kept.length - 1] = span;
    return kept;
  }, []);
}

/** The window around a hit: forty characters, the hit in the middle; a longer hit is its own window. */
function windowOf({ from, to }: Span, text: string): Span {
  const room = Math.max(0, WINDOW - (to - from));
  const before = Math.floor(room / 2);
  return { from: Math.max(0, from - before), to: Math.min(text.length, to + room - before) };
}

/** The first exclusion of the rule that overlaps the window, or null. */
function exclusionIn({ exclusions }: Pattern, window: Span, text: string): string | null {
  const found = exclusions.find(({ text: word }) =>
    text.slice(Math.max(0, window.from - word.length + 1), window.to + word.length - 1).includes(word),
  );
  return found?.word ?? null;
}

/** Where spans of a normalised text lie in the original; of two that share a character of it the first stands. */
function placesIn({ origin, original }: NormalisedText, spans: Span[]): (Span & { span: Span })[] {
  const places: (Span & { span: Span })[] = [];
  for (const span of spans) {
    const from = origin[span.from]!;
    const lastChar = origin[span.to - 1]!;
    const to = lastChar + String.fromCodePoint(original.codePointAt(lastChar)!).length;
    if (from >= (places.at(-1)?.to ?? 0)) places.push({ span, from, to });
  }
  return places;
}

/** What a rule finds in a text, as written and written apart. */
function matchRule(rule: Rule, plain: NormalisedText, joined: NormalisedText): RuleHits {
  const pattern = patternOf(rule);
  const result: RuleHits = { rule, hits: [], excluded: [] };
  const asWritten = placesIn(plain, spansOf(pattern, plain.text));
  // A word that stands as written is not told a second time as written apart. Both lists are in the order of the page.
  let next = 0;
  const apart = placesIn(joined, spansOf(pattern, joined.text)).filter(({ from, to }) => {
    while (next < asWritten.length && asWritten[next]!.to <= from) next += 1;
    return next === asWritten.length || asWritten[next]!.from >= to;
  });
  for (const [source, places, evaded] of [
    [plain, asWritten, false],
    [joined, apart, true],
  ] as const) {
    for (const { span, from, to } of places) {
      if (result.hits.length === MOST_HITS && result.excluded.length === MOST_HITS) break;
      const window = windowOf(span, source.text);
      const hit = {
        word: source.original.slice(from, to),
        at: from,
        context: source.text.slice(window.from, window.to),
        evaded,
      };
      const by = exclusionIn(pattern, window, source.text);
      if (by) {
        if (result.excluded.length < MOST_HITS) result.excluded.push({ ...hit, by });
      } else if (result.hits.length < MOST_HITS) result.hits.push(hit);
    }
  }
  result.hits.sort((a, b) => a.at - b.at);
  return result;
}

/** What the rules find in a captured text: only rules with at least one hit, the heaviest first. */
export function matchWords(text: string, rules: readonly Rule[] = wordRules()): RuleHits[] {
  const plain = normalise(text);
  const joined = withoutSeparators(plain);
  return rules
    .map((rule) => matchRule(rule, plain, joined))
    .filter(({ hits }) => hits.length > 0)
    .sort((a, b) => b.rule.severity - a.rule.severity || b.hits.length - a.hits.length);
}
