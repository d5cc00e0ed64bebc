/** Attribute values that carry words a visitor may see or a search engine reads. */
const WORDY = /\b(?:alt|title|aria-label|placeholder)\s*=\s*("[^"]*"|'[^']*')/gi;
const META = /<meta\b[^>]*>/gi;
const META_NAME = /\b(?:name|property)\s*=\s*["']?(?:description|keywords|og:title|og:description)\b/i;
const META_CONTENT = /\bcontent\s*=\s*("[^"]*"|'[^']*')/i;

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };

function decoded(value: string): string {
  return value
    .slice(1, -1)
    .replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(\w+));/gi, (whole, dec?: string, hex?: string, name?: string) => {
      const code = dec ? Number(dec) : hex ? parseInt(hex, 16) : null;
      if (code !== null) return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
      return ENTITIES[name!] ?? whole;
    });
}

/**
 * Everything on a captured page that the rules read: visible text first, so that a hit's offset is its place in the stored text;
 * then title, description and key words, alternative texts — where words are hidden that buyers find by searching.
 */
export function textToScan({ text, title, dom }: { text: string; title: string; dom: string }): string {
  const meta = (dom.match(META) ?? []).filter((tag) => META_NAME.test(tag)).flatMap((tag) => META_CONTENT.exec(tag)?.[1] ?? []);
  const attributes = [...dom.matchAll(WORDY)].map((match) => match[1]!);
  const further = new Set([title, ...[...meta, ...attributes].map(decoded)].map((line) => line.trim()).filter(Boolean));
  return [text, ...further].join('\n');
}
