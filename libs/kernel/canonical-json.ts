/**
 * RFC 8785 (JCS) for the values that evidence may hold: strings, booleans, null, arrays, plain objects and integers up to 2^53-1.
 * Throws on anything else, because a value that two implementations could print differently must never be signed.
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return stringOf(value);
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value)) throw new TypeError(`not a safe integer: ${value}`);
    return Object.is(value, -0) ? '0' : String(value);
  }
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value === 'object' && (Object.getPrototypeOf(value) === Object.prototype || Object.getPrototypeOf(value) === null)) {
    const record = value as Record<string, unknown>;
    // The default sort compares UTF-16 code units, which is the order that RFC 8785 section 3.2.3 asks for.
    const members = Object.keys(record)
      .sort()
      .map((key) => `${stringOf(key)}:${canonicalJson(record[key])}`);
    return `{${members.join(',')}}`;
  }
  throw new TypeError(`no canonical form for ${typeof value}`);
}

function stringOf(text: string): string {
  if (!text.isWellFormed()) throw new TypeError('lone surrogate in a string');
  return JSON.stringify(text);
}
