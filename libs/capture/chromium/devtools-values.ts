import type { Protocol } from 'puppeteer';
import { REFUSAL_HEADER, type RawHeaders } from '../egress/proxy';

/** The egress exchange that refused, if these headers are the egress' own. */
export function refusalIn(headers: RawHeaders, secret: string): string | null {
  const value = headers.find(([name]) => name.toLowerCase() === REFUSAL_HEADER)?.[1] ?? '';
  return value.startsWith(secret) ? value.slice(secret.length).trim() || 'tunnel' : null;
}

/** DevTools joins repeats of a header by a line feed. */
export function listed(headers: Protocol.Network.Headers): RawHeaders {
  return Object.entries(headers).flatMap(([name, value]) =>
    String(value)
      .split('\n')
      .map((part): [string, string] => [name, part]),
  );
}

export function parsedHeaders(text: string): RawHeaders {
  return text
    .split(/\r?\n/)
    .slice(1)
    .filter((line) => line.includes(':'))
    .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]);
}

export function bodyOf(request: Protocol.Network.Request): Buffer | null {
  if (request.postDataEntries?.length)
    return Buffer.concat(request.postDataEntries.map(({ bytes }) => Buffer.from(bytes ?? '', 'base64')));
  return request.postData === undefined ? null : Buffer.from(request.postData, 'utf8');
}

// Characters that windows-1252 has at 0x80-0x9f, in order; a blank stands for the five it leaves out.
const CP1252 = '€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ';

/** DevTools gives text as characters, read as UTF-8 or, without a charset, as windows-1252. The bytes are those that have the length it counted. */
export function bytesOfText(text: string, length: number): Buffer | null {
  const utf8 = Buffer.from(text, 'utf8');
  if (utf8.length === length || length === 0) return utf8;
  if (text.length !== length) return null;
  const bytes = Buffer.alloc(length);
  for (let at = 0; at < length; at += 1) {
    const code = text.charCodeAt(at);
    const special = code > 0xff ? CP1252.indexOf(text[at] as string) : -1;
    if (code > 0xff && special < 0) return null;
    bytes[at] = special >= 0 ? 0x80 + special : code;
  }
  return bytes;
}

export function shown(arg: Protocol.Runtime.RemoteObject): string {
  return arg.value === undefined
    ? (arg.description ?? arg.type)
    : typeof arg.value === 'string'
      ? arg.value
      : JSON.stringify(arg.value);
}
