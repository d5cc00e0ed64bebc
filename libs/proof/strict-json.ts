import { canonicalJson } from '../kernel';
import { Malformed, textOf, utf8 } from './bytes';

export const JSON_LIMIT = 16 * 1024 * 1024;
const DEPTH_LIMIT = 16;

export function jsonBytes(value: unknown): Uint8Array {
  return utf8(canonicalJson(value));
}

/**
 * A JSON text of the package: canonical, or refused. Comparing the canonical form with the input also finds duplicate keys,
 * floats, spaces, a byte order mark and every other spelling.
 */
export function parseCanonical(bytes: Uint8Array): unknown {
  if (bytes.length > JSON_LIMIT) throw new Malformed(`JSON over ${JSON_LIMIT} bytes`);
  const text = textOf(bytes);
  refuseDeep(text);
  let value: unknown;
  let end: number;
  try {
    value = JSON.parse(text);
    end = canonicalEnd(value, text, 0);
  } catch (error) {
    throw new Malformed(`not canonical JSON: ${(error as Error).message}`);
  }
  if (end !== text.length) throw new Malformed(`not canonical JSON at character ${end < 0 ? -1 - end : end}`);
  refuseKeys(value);
  return value;
}

/** One canonical object a line, each line ended. */
export function parseJsonLines(bytes: Uint8Array): Record<string, unknown>[] {
  if (bytes.length === 0) return [];
  const lines = textOf(bytes).split('\n');
  if (lines.pop() !== '') throw new Malformed('last line is not ended');
  return lines.map((line, i) => {
    try {
      const value = parseCanonical(utf8(line));
      if (isObject(value)) return value;
    } catch (error) {
      throw new Malformed(`line ${i + 1}: ${(error as Error).message}`);
    }
    throw new Malformed(`line ${i + 1}: not an object`);
  });
}

export function jsonLines(values: readonly object[]): Uint8Array {
  return utf8(values.map((value) => `${canonicalJson(value)}\n`).join(''));
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Before parsing, so that a hostile text can not exhaust the stack of whatever walks the value. */
function refuseDeep(text: string): void {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const char = text.charCodeAt(i);
    if (inString) {
      if (char === 0x5c) i++;
      else if (char === 0x22) inString = false;
    } else if (char === 0x22) inString = true;
    else if (char === 0x7b || char === 0x5b) {
      if (++depth > DEPTH_LIMIT) throw new Malformed(`nested deeper than ${DEPTH_LIMIT}`);
    } else if (char === 0x7d || char === 0x5d) depth--;
  }
}

function refuseKeys(value: unknown): void {
  if (Array.isArray(value)) value.forEach(refuseKeys);
  else if (isObject(value)) {
    for (const [key, member] of Object.entries(value)) {
      if (!/^[a-z][A-Za-z0-9]*$/.test(key)) throw new Malformed(`key ${JSON.stringify(key)}`);
      refuseKeys(member);
    }
  }
}

/**
 * Walks the value along the text that has to be its canonical form, so that no second text is made: a manifest may have 16 MiB.
 * Answers where the value ends in the text, or -1 - the place of the first difference. Throws as `canonicalJson` does.
 */
function canonicalEnd(value: unknown, text: string, at: number): number {
  const isList = Array.isArray(value);
  if (!isList && !isObject(value)) return along(canonicalJson(value), text, at);
  const keys = isList ? null : Object.keys(value as object).sort();
  let end = along(isList ? '[' : '{', text, at);
  const count = keys ? keys.length : (value as unknown[]).length;
  for (let i = 0; i < count && end >= 0; i++) {
    if (i > 0) end = along(',', text, end);
    if (keys && end >= 0) end = along(`${canonicalJson(keys[i])}:`, text, end);
    if (end >= 0) end = canonicalEnd(keys ? (value as Record<string, unknown>)[keys[i]!] : (value as unknown[])[i], text, end);
  }
  return end < 0 ? end : along(isList ? ']' : '}', text, end);
}

function along(piece: string, text: string, at: number): number {
  if (text.startsWith(piece, at)) return at + piece.length;
  let i = 0;
  while (i < piece.length && piece[i] === text[at + i]) i++;
  return -1 - (at + i);
}
