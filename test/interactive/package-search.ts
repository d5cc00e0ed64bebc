import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { gunzipSync, inflateSync } from 'node:zlib';

/** Every file of a folder, and all that is packed inside of them, by where it is. */
export function everythingIn(folder: string): [string, Buffer][] {
  const out: [string, Buffer][] = [];
  for (const name of readdirSync(folder, { recursive: true }).map(String)) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) continue;
    const bytes = readFileSync(path);
    out.push([relative(folder, path), bytes], ...insideOf(relative(folder, path), bytes));
    if (path.endsWith('.pdf')) out.push([`${name} as text`, execFileSync('pdftotext', [path, '-'])]);
  }
  return out;
}

function insideOf(where: string, bytes: Buffer): [string, Buffer][] {
  const out: [string, Buffer][] = [];
  const gzip = Buffer.from([0x1f, 0x8b, 0x08]);
  for (let at = bytes.indexOf(gzip), n = 0; at >= 0; at = bytes.indexOf(gzip, at + 3), n += 1) {
    const member = quietly(() => gunzipSync(bytes.subarray(at), { finishFlush: 2 }));
    if (!member) continue;
    out.push([`${where} gzip ${n}`, member], ...insideOf(`${where} gzip ${n}`, member));
  }
  if (where.endsWith('.pdf'))
    for (let at = bytes.indexOf('stream'); at >= 0; at = bytes.indexOf('stream', at + 6)) {
      const stream = quietly(() => inflateSync(bytes.subarray(bytes[at + 6] === 13 ? at + 8 : at + 7), { finishFlush: 2 }));
      if (stream) out.push([`${where} stream at ${at}`, stream]);
    }
  if (where.endsWith('.mhtml')) {
    const text = bytes.toString('latin1').replace(/=\r?\n/g, '');
    out.push([
      `${where} unquoted`,
      Buffer.from(
        text.replace(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))),
        'latin1',
      ),
    ]);
  }
  return out;
}

/** A text as it may be written: plain, base64 at every place of a group, URL and form encoding, UTF-16, escaped, hexadecimal, digests. */
export function waysToWrite(text: string): [string, Buffer][] {
  const utf8 = Buffer.from(text, 'utf8');
  const form = new URLSearchParams({ v: text }).toString().slice(2);
  const ways: [string, Buffer][] = [
    ['plain', utf8],
    ['URL', Buffer.from(encodeURIComponent(text))],
    ['URL in lower case', Buffer.from(encodeURIComponent(text).replace(/%../g, (hex) => hex.toLowerCase()))],
    ['form', Buffer.from(form)],
    ['JSON', Buffer.from(JSON.stringify(text).slice(1, -1))],
    ['UTF-16 LE', Buffer.from(text, 'utf16le')],
    ['UTF-16 BE', Buffer.from(text, 'utf16le').swap16()],
    ['hex', Buffer.from(utf8.toString('hex'))],
    ['base64', Buffer.from(utf8.toString('base64').replace(/=+$/, ''))],
    ['base64url', Buffer.from(utf8.toString('base64url'))],
  ];
  for (let shift = 1; shift < 3; shift += 1) {
    const inner = Buffer.concat([Buffer.alloc(shift, 'x'), utf8, Buffer.from('xx')]).toString('base64');
    ways.push([`base64 from ${shift}`, Buffer.from(inner.slice(4, Math.floor((utf8.length + shift) / 3) * 4))]);
  }
  for (const algorithm of ['md5', 'sha1', 'sha256'])
    ways.push([algorithm, Buffer.from(createHash(algorithm).update(utf8).digest('hex'))]);
  return ways.filter(([, bytes]) => bytes.length >= 6);
}

/** Where in a package a text is found, and how it is written there. */
export function placesOf(text: string, content: readonly [string, Buffer][]): string[] {
  return content.flatMap(([where, bytes]) =>
    waysToWrite(text)
      .filter(([, way]) => bytes.includes(way))
      .map(([name]) => `${where}: ${name}`),
  );
}

function quietly<T>(act: () => T): T | null {
  try {
    return act();
  } catch {
    return null;
  }
}
