import { latin1 } from '../archive/warc-record';
import type { WalkedRecord } from '../archive/walk';
import { utf8 } from '../bytes';
import { hexDigest } from '../digests';
import { type ByteSource, wholeOf } from '../source';
import { isObject } from '../strict-json';
import { type Context, isWithheld } from './context';

/** What is compared are numbers and digests, so bytes that are no text do no harm here. */
const CDXJ_LIMIT = 64 * 1024 * 1024;
const EXCHANGES = 'record/exchanges.jsonl';
const LEAF = /^record\/tls\/([^/]+)\.der$/;

type Line = Record<string, unknown>;

/** Each response and resource has exactly one index line, with the same place, address and digest: by it a player shows a body under an address. */
export async function verifyCdxj(ctx: Context, source: ByteSource | undefined, records: readonly WalkedRecord[]): Promise<void> {
  const lines = source && source.size <= CDXJ_LIMIT ? parseCdxj(latin1(await wholeOf(source, CDXJ_LIMIT))) : [];
  const said = new Map<string, number>();
  for (const { offset, length, digest, url } of lines) {
    const key = `${offset} ${length} ${digest} ${url}`;
    said.set(key, (said.get(key) ?? 0) + 1);
  }
  const wanted = records.filter((record) => record.type === 'response' || record.type === 'resource');
  for (const { offset, length, payloadDigests, uri, id } of wanted) {
    if (said.get(`${offset} ${length} sha256:${payloadDigests.sha256} ${uri}`) !== 1)
      ctx.say('V9', 'CROSS_MISMATCH', 'indexes/index.cdxj', id);
  }
  if (lines.length !== wanted.length)
    ctx.say('V9', 'CROSS_MISMATCH', 'indexes/index.cdxj', `${lines.length} lines for ${wanted.length} records`);
}

function parseCdxj(text: string): { offset: string; length: string; digest: string; url: string }[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      try {
        const value: unknown = JSON.parse(line.slice(line.indexOf('{')));
        if (isObject(value)) {
          const { offset, length, digest, url } = value;
          return { offset: String(offset), length: String(length), digest: String(digest), url: String(url) };
        }
      } catch {
        // A line that can not be read agrees with no record, which is what is said.
      }
      return { offset: '', length: '', digest: '', url: '' };
    });
}

/**
 * Each line names one record, each response is named by one line, and both say the same about address, status, headers and body. Beside
 * the named record stands one `request` record that says what was asked; a blocked exchange has none.
 */
export async function verifyExchanges(ctx: Context, lines: Line[] | null, records: readonly WalkedRecord[]): Promise<void> {
  if (!lines) return;
  const byId = new Map(records.map((record) => [record.id, record]));
  const asked = new Map<string, WalkedRecord[]>();
  for (const record of records) {
    if (record.type === 'request') asked.set(record.concurrentTo, [...(asked.get(record.concurrentTo) ?? []), record]);
  }
  const named = new Set<unknown>();
  for (const [i, line] of lines.entries()) {
    const record = typeof line.warcRecord === 'string' ? byId.get(line.warcRecord) : undefined;
    const wrong =
      record && !named.has(record.id)
        ? (differenceOf(line, record) ?? differenceOfRequest(line, record.uri, asked.get(record.id) ?? []))
        : 'record';
    named.add(line.warcRecord);
    if (wrong !== null) ctx.say('V9', 'CROSS_MISMATCH', `${EXCHANGES}#${i + 1}`, wrong);
  }
  for (const record of records) {
    if (record.type === 'response' && !named.has(record.id))
      ctx.say('V9', 'CROSS_MISMATCH', EXCHANGES, `no line for ${record.id}`);
  }
}

/** Who was spoken to is an answer that the egress resolver chose for that name, and its certificate is here. */
export function verifyTargets(ctx: Context, lines: Line[] | null, answers: Line[] | null): void {
  if (!lines) return;
  const chosen = new Set((answers ?? []).map(({ name, chosen: address }) => `${String(name)} ${String(address)}`));
  for (const [i, { source, outcome, ip, url, tls }] of lines.entries()) {
    const subject = `${EXCHANGES}#${i + 1}`;
    const spoken = source === 'network' && outcome === 'ok' && typeof ip === 'string' && ip !== '';
    if (answers && spoken && !chosen.has(`${hostOf(url)} ${ip}`)) ctx.say('V9', 'CROSS_MISMATCH', subject, 'address');
    const leaf = isObject(tls) && typeof tls.leafSha256 === 'string' ? `record/tls/${tls.leafSha256}.der` : null;
    if (leaf && !ctx.files.has(leaf) && !isWithheld(ctx, leaf)) ctx.say('V9', 'CROSS_MISMATCH', subject, 'certificate');
  }
}

/** As resolvers write it: no brackets, no dot at the end. */
function hostOf(url: unknown): string {
  const host = URL.canParse(String(url)) ? new URL(String(url)).hostname : '';
  return host.replace(/^\[|\]$/g, '').replace(/\.$/, '');
}

function differenceOf(line: Line, record: WalkedRecord): string | null {
  if (record.type !== 'response') return record.type === 'metadata' && record.uri === headerBytes(line.url) ? null : 'record';
  if (line.outcome === 'blocked') return 'outcome';
  if (record.uri !== headerBytes(line.url)) return 'url';
  const status = /^HTTP\/1\.[01] (\d{3}) /.exec(record.http?.first ?? '')?.[1];
  if (status !== String(line.status)) return 'status';
  if (line.sha256 !== record.payloadDigests.sha256 || line.sm3 !== record.payloadDigests.sm3) return 'body';
  if (record.truncated !== String(line.truncated ?? '')) return 'truncated';
  if (record.ip !== String(line.ip ?? '')) return 'address';
  return sameHeaders(line.responseHeaders, record) ? null : 'headers';
}

const EMPTY = hexDigest('sha256', new Uint8Array());

/** Method, fields and body of the request. Its place (`Host`) may stand before the fields where the browser names none. */
function differenceOfRequest(line: Line, uri: string, [record, ...more]: readonly WalkedRecord[]): string | null {
  if (line.outcome === 'blocked') return record ? 'request of a blocked exchange' : null;
  if (!record || more.length > 0 || record.uri !== uri || record.ip !== String(line.ip ?? '')) return 'request';
  if (record.http?.first.split(' ')[0] !== line.method) return 'method';
  if (record.payloadDigests.sha256 !== (line.requestBodySha256 ?? EMPTY)) return 'request body';
  const said = pairsOf(line.requestHeaders);
  const fields = record.http?.fields ?? [];
  const own = fields.length === said.length + 1 && fields[0]?.[0] === 'Host' ? fields.slice(1) : fields;
  const same =
    own.length === said.length && said.every(([name, value], i) => sameText(own[i]![0], name) && sameText(own[i]![1], value));
  return same ? null : 'request headers';
}

/** Ordered, repeats kept. The archive may call a header `X-Orig-…` and add the length of the decoded body at the end. */
function sameHeaders(listed: unknown, record: WalkedRecord): boolean {
  const said = pairsOf(listed);
  const fields = record.http?.fields ?? [];
  if (fields.length !== said.length && fields.length !== said.length + 1) return false;
  if (fields.length > said.length && fields.at(-1)?.[0] !== 'Content-Length') return false;
  return said.every(([name, value], i) => {
    const [foundName, foundValue] = fields[i]!;
    return [name, `X-Orig-${name}`].some((text) => sameText(foundName, text)) && sameText(foundValue, value);
  });
}

/** Fields as a line lists them, without those that HTTP/2 only makes for itself. */
function pairsOf(listed: unknown): [string, string][] {
  const pairs = Array.isArray(listed)
    ? (listed as unknown[]).filter((pair): pair is [string, string] => Array.isArray(pair) && pair.length === 2)
    : [];
  return pairs.filter(([name]) => !String(name).startsWith(':'));
}

/** The line has characters, the archive has bytes: Latin-1 where that holds them, else UTF-8; line ends became spaces. */
function sameText(bytes: string, text: string): boolean {
  const flat = String(text).replace(/[\r\n]+/g, ' ');
  return bytes === flat || bytes === latin1(utf8(flat));
}

function headerBytes(text: unknown): string {
  return latin1(utf8(String(text)));
}

/** Each picture is also a record of the archive. */
export function verifyScreens(ctx: Context, records: readonly WalkedRecord[]): void {
  const views = new Set(
    records
      .filter((record) => record.type === 'resource' && record.uri.startsWith('urn:view:'))
      .map((record) => record.payloadDigests.sha256),
  );
  for (const file of ctx.manifest?.files ?? []) {
    if (file.path.startsWith('content/screen/') && !views.has(file.sha256))
      ctx.say('V9', 'CROSS_MISMATCH', file.path, 'no record urn:view');
  }
}

/** Certificates are named by their digest. */
export async function verifyTls(ctx: Context): Promise<void> {
  for (const [path, file] of ctx.files) {
    const name = LEAF.exec(path)?.[1];
    if (name !== undefined && name !== file.sha256) ctx.say('V9', 'CROSS_MISMATCH', path, 'name is not the digest');
  }
  const leaf = ctx.manifest?.navigation?.tls?.leafSha256;
  const path = `record/tls/${leaf}.der`;
  if (leaf && !ctx.files.has(path) && !isWithheld(ctx, path))
    ctx.say('V9', 'CROSS_MISMATCH', 'MANIFEST.json#/navigation/tls', 'no such certificate');
}
