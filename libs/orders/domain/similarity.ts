/** Length of the runs of characters that are compared; Chinese has no spaces, and three characters carry about a word. */
const RUN = 3;
/** Enough of a page to know it by, and a bound on the work that a hostile page can cause. */
const MAX_CHARS = 200_000;

/** The runs of `text` after NFKC, lower case and without anything that is not a letter or a digit. */
function runsOf(text: string): Set<string> {
  const plain = [
    ...text
      .slice(0, MAX_CHARS)
      .normalize('NFKC')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]/gu, ''),
  ];
  const runs = new Set<string>();
  for (let at = 0; at + RUN <= plain.length; at++) runs.add(plain.slice(at, at + RUN).join(''));
  return runs;
}

/**
 * How much of the offending page is still there, 0…1000: the share of its runs that the page seen now contains too. One-sided on purpose:
 * a banner added above unchanged goods must not make them look gone. Null when the offending page had no text to compare.
 */
export function remainingPermille(offending: string, seen: string): number | null {
  const before = runsOf(offending);
  if (before.size === 0) return null;
  const now = runsOf(seen);
  let kept = 0;
  for (const run of before) if (now.has(run)) kept++;
  return Math.round((kept * 1000) / before.size);
}
